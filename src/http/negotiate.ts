import { parseAccept } from 'hono/utils/accept';
import type { Encoding } from '../metrics/exposition.ts';
import { contentTypes, type Format } from '../metrics/writer.ts';
import { remembering } from '../model/remembering.ts';

/** The form in which a client wants the exposition, and the headers that say so. */
export interface Wanted {
  readonly format: Format;
  readonly encoding: Encoding;
  readonly headers: Readonly<Record<string, string>>;
}

/** By the request's headers `Accept` and `Accept-Encoding`. */
export function wantedBy(accept = '', acceptEncoding = ''): Wanted {
  return answers[formatOf(accept)][encodingOf(acceptEncoding)];
}

const answers: Readonly<Record<Format, Readonly<Record<Encoding, Wanted>>>> = {
  text: { identity: wanted('text', 'identity'), gzip: wanted('text', 'gzip') },
  openmetrics: { identity: wanted('openmetrics', 'identity'), gzip: wanted('openmetrics', 'gzip') },
};

function wanted(format: Format, encoding: Encoding): Wanted {
  const headers = {
    'Content-Type': contentTypes[format],
    Vary: 'Accept, Accept-Encoding',
    ...(encoding === 'gzip' ? { 'Content-Encoding': 'gzip' } : {}),
  };
  return { format, encoding, headers };
}

/** Headers that are remembered: each Prometheus asks in the same words at each scrape. */
const most = 100;
const openMetrics = 'application/openmetrics-text';

/** Only OpenMetrics 1.0.0 is supported; a client that accepts only an older draft gets the text format. */
const formatOf = remembering(most, (accept: string): Format => {
  const spoken = parseAccept(accept).filter(
    ({ type, params, q }) =>
      q > 0 && (type === 'text/plain' || (type === openMetrics && (params.version ?? '1.0.0') === '1.0.0')),
  );
  return spoken.toSorted((a, b) => b.q - a.q)[0]?.type === openMetrics ? 'openmetrics' : 'text';
});

const encodingOf = remembering(
  most,
  (acceptEncoding: string): Encoding =>
    parseAccept(acceptEncoding).some(({ type, q }) => type.toLowerCase() === 'gzip' && q > 0) ? 'gzip' : 'identity',
);
