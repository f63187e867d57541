import { parseAccept } from 'hono/utils/accept';
import type { Encoding } from '../metrics/exposition.ts';
import { contentTypes, type Format } from '../metrics/writer.ts';

/** The form in which a client wants the exposition, and the headers that say so. */
export interface Wanted {
  readonly format: Format;
  readonly encoding: Encoding;
  readonly headers: Readonly<Record<string, string>>;
}

/** Each Prometheus asks in the same words at each scrape. */
const maxRemembered = 100;
const remembered = new Map<string, Wanted>();

/** By the request's headers `Accept` and `Accept-Encoding`. */
export function wantedBy(accept = '', acceptEncoding = ''): Wanted {
  const asked = `${accept}\n${acceptEncoding}`;
  const known = remembered.get(asked);
  if (known !== undefined) return known;
  const wanted = wantedOf(formatOf(accept), encodingOf(acceptEncoding));
  if (remembered.size >= maxRemembered) remembered.clear();
  remembered.set(asked, wanted);
  return wanted;
}

function wantedOf(format: Format, encoding: Encoding): Wanted {
  const headers = {
    'Content-Type': contentTypes[format],
    Vary: 'Accept, Accept-Encoding',
    ...(encoding === 'gzip' ? { 'Content-Encoding': 'gzip' } : {}),
  };
  return { format, encoding, headers };
}

const openMetrics = 'application/openmetrics-text';

/** Only OpenMetrics 1.0.0 is supported; a client that accepts only an older draft gets the text format. */
function formatOf(accept: string): Format {
  const spoken = parseAccept(accept).filter(
    ({ type, params, q }) =>
      q > 0 && (type === 'text/plain' || (type === openMetrics && (params.version ?? '1.0.0') === '1.0.0')),
  );
  return spoken.toSorted((a, b) => b.q - a.q)[0]?.type === openMetrics ? 'openmetrics' : 'text';
}

function encodingOf(acceptEncoding: string): Encoding {
  return parseAccept(acceptEncoding).some(({ type, q }) => type.toLowerCase() === 'gzip' && q > 0)
    ? 'gzip'
    : 'identity';
}
