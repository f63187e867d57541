import type { Labels } from '../model/snapshot.ts';
import { writableLabel } from '../model/text.ts';
import type { Declaration, Sample } from './family.ts';

/** The text format 0.0.4 of Prometheus, and OpenMetrics 1.0. */
export type Format = 'text' | 'openmetrics';

export const contentTypes = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
} as const satisfies Readonly<Record<Format, string>>;

/** The end of each family. */
export const familyEnds: Readonly<Record<Format, string>> = { text: '\n', openmetrics: '' };

/** The end of an exposition. */
export const ends: Readonly<Record<Format, string>> = { text: '', openmetrics: '# EOF\n' };

/** The first lines of a family. */
export function familyStart(format: Format, family: Pick<Declaration, 'name' | 'type' | 'help'>): string {
  const name = nameOf(format, family);
  return `# HELP ${name} ${escaped(family.help)}\n# TYPE ${name} ${family.type}\n`;
}

/** Writes the samples of one family and workspace, one per line. */
export function createSampleWriter(
  format: Format,
  family: Pick<Declaration, 'name' | 'type'>,
  workspace: string,
): (sample: Sample) => string {
  const isOpenMetrics = format === 'openmetrics';
  const name = nameOf(format, family) + (isOpenMetrics && family.type === 'counter' ? '_total' : '');
  const first = label('workspace', workspace);
  let last: Labels | null = null;
  let written = '';

  return ({ labels, value, suffix = '', le, exemplar }) => {
    // All samples of a histogram's series have the same labels.
    if (labels !== last) {
      last = labels;
      written = first;
      for (const [key, text] of Object.entries(labels)) written += `,${label(key, text)}`;
    }
    const bucket = le === undefined ? '' : `,${label('le', le)}`;
    const line = `${name}${suffix}{${written}${bucket}} ${number(value)}`;
    if (exemplar === undefined || !isOpenMetrics) return `${line}\n`;
    const of = Object.entries(exemplar.labels).map(([key, text]) => label(key, text));
    return `${line} # {${of.join(',')}} ${number(exemplar.value)} ${exemplar.timestamp}\n`;
  };
}

/** OpenMetrics names a counter without the `_total` of its samples. */
function nameOf(format: Format, { name, type }: Pick<Declaration, 'name' | 'type'>): string {
  return format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;
}

function label(name: string, given: string): string {
  const value = writableLabel(given);
  return `${name}="${/[\\\n"]/.test(value) ? escaped(value).replaceAll('"', '\\"') : value}"`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

/** Spelled as by prom-client, which writes the other part of the exposition. */
function number(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'Nan' : value > 0 ? '+Inf' : '-Inf';
}
