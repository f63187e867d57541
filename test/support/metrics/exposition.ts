import { gunzipSync } from 'node:zlib';
import {
  createExposition,
  type Encoding,
  type Exposition,
  type ExpositionParts,
} from '../../../src/metrics/exposition.ts';
import type { WorkspaceFamily } from '../../../src/metrics/family.ts';
import type { Format } from '../../../src/metrics/writer.ts';
import type { WorkspaceReport } from '../../../src/model/report.ts';

/** An exposition; the test fails if rendering it hits a bug. */
export function expositionOf(parts: Partial<ExpositionParts> = {}): Exposition {
  const onBug = (error: unknown) => {
    throw error;
  };
  return createExposition({
    version: '1.2.3',
    revision: 'abcdef0',
    externalUrl: '',
    hasProcessMetrics: true,
    now: () => 0,
    elapsedMs: () => 0,
    onBug,
    ...parts,
  });
}

/** What a scrape gets, put together and unpacked. */
export async function scrapeOf(
  exposition: Pick<Exposition, 'scrape'>,
  format: Format = 'text',
  encoding: Encoding = 'identity',
): Promise<string> {
  const whole = Buffer.concat(await exposition.scrape(format, encoding));
  return (encoding === 'gzip' ? gunzipSync(whole) : whole).toString();
}

/** The lines of one family that the reports come to, without HELP and TYPE. */
export async function linesOf(family: WorkspaceFamily, ...reports: WorkspaceReport[]): Promise<string[]> {
  const exposition = expositionOf({ families: [family] });
  await exposition.update(reports, [1, 10]);
  const text = await scrapeOf(exposition);
  return text.split('\n').filter((line) => line.startsWith(`${family.name}{`) || line.startsWith(`${family.name}_`));
}

/** One line of an exposition. */
export interface SampleLine {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const label = /(\w+)="((?:[^"\\]|\\.)*)"/g;
const escapes: Readonly<Record<string, string>> = { '\\n': '\n', '\\"': '"', '\\\\': '\\' };

/** The samples of a text exposition. A line that is neither sample nor comment is an error. */
export function parseExposition(text: string): SampleLine[] {
  return text
    .split('\n')
    .filter((one) => one !== '' && !one.startsWith('#'))
    .map((one) => {
      const match = line.exec(one);
      if (match === null) throw new Error(`no sample: ${one}`);
      const [, name = '', labels = '', value = ''] = match;
      return {
        name,
        value: Number(value.replace('+Inf', 'Infinity')),
        labels: Object.fromEntries(
          [...labels.matchAll(label)].map(([, key = '', text = '']) => [
            key,
            text.replaceAll(/\\[n"\\]/g, (pair) => escapes[pair] ?? pair),
          ]),
        ),
      };
    });
}

/** The value of the one sample with this name and these labels, undefined where there is none. */
export function sampleValue(
  text: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  return parseExposition(text).find(
    (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  )?.value;
}

/** The sum over all samples with this name. */
export function total(text: string, name: string): number {
  return parseExposition(text).reduce((sum, sample) => (sample.name === name ? sum + sample.value : sum), 0);
}
