/**
 * The exposition as the formats' specifications have it: text 0.0.4 and OpenMetrics 1.0. Prometheus's own parsers forgive a part of
 * what is refused here; whatever is refused has a line and a reason.
 */
import type { Format } from '../../../src/metrics/writer.ts';

export interface StrictFamily {
  readonly name: string;
  readonly type: string;
  readonly samples: readonly StrictSample[];
}

export interface StrictSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly exemplar: Exemplar | null;
}

interface Exemplar {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

type Growing = StrictFamily & { readonly samples: StrictSample[] };

const types = ['gauge', 'counter', 'histogram', 'summary'];
const number = /^[+-]?(?:\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|inf|nan)$/i;
const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*/;
/** Of the names and values of an exemplar's labels. */
const maxExemplarCharacters = 128;

/** The families in their order; throws at the first fault. */
export function parseStrictly(text: string, format: Format): StrictFamily[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  if (!text.isWellFormed()) throw new Error('half of a surrogate pair');
  const lines = text.slice(0, -1).split('\n');
  if (format === 'openmetrics' && lines.pop() !== '# EOF') throw new Error('no # EOF at the end');

  const families = new Map<string, Growing>();
  const series = new Set<string>();
  let helped: string | null = null;
  let family: Growing | null = null;
  for (const [i, line] of lines.entries()) {
    const refuse = (reason: string): never => {
      throw new Error(`line ${i + 1}: ${reason}: ${JSON.stringify(line.slice(0, 300))}`);
    };
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are looked for
    if (/[\u0000-\u001f\u007f]/.test(line)) refuse('control character');
    if (line === '') {
      if (format === 'openmetrics') refuse('empty line');
      continue;
    }
    if (line.startsWith('#')) {
      const [hash, keyword = '', name = '', ...rest] = line.split(' ');
      if (hash !== '#') refuse('comment');
      if (keyword === 'HELP') {
        if (families.has(name) || helped !== null) refuse('HELP out of place');
        if (/\\(?![\\n])/.test(rest.join(' ').replaceAll('\\\\', ''))) refuse('unknown escape');
        helped = name;
      } else if (keyword === 'TYPE') {
        if (helped !== name) refuse('TYPE without HELP before it');
        if (rest.length !== 1 || !types.includes(rest[0] ?? '')) refuse('unknown type');
        if (metricName.exec(name)?.[0] !== name) refuse('no name of a family');
        family = { name, type: rest[0] ?? '', samples: [] };
        families.set(name, family);
        helped = null;
      } else refuse('comment');
      continue;
    }
    if (family === null || helped !== null) return refuse('sample outside of a family');
    const sample = parseSample(line, format, family, refuse);
    const key = `${sample.name} ${keyOf(sample.labels)}`;
    if (series.has(key)) refuse('series twice');
    series.add(key);
    family.samples.push(sample);
  }
  if (helped !== null) throw new Error(`HELP of ${helped} without a TYPE`);
  for (const one of families.values()) if (one.type === 'histogram') checkHistogram(one);
  return [...families.values()];
}

type Refuse = (reason: string) => never;

function parseSample(line: string, format: Format, family: StrictFamily, refuse: Refuse): StrictSample {
  const name = metricName.exec(line)?.[0] ?? refuse('no name');
  if (!namesOf(family, format).includes(name)) refuse(`not of the family ${family.name}`);
  const { labels, rest } = parseLabels(line.slice(name.length), refuse);
  const [value = '', ...after] = rest.slice(1).split(' ');
  if (!rest.startsWith(' ') || !number.test(value)) refuse('no value');
  // prom-client's own have no number where nothing has been measured.
  const isMeasured = !/^(process|nodejs)_/.test(name);
  if (isMeasured && !Number.isFinite(Number(value))) refuse('no finite value');
  if (family.type !== 'gauge' && Number(value) < 0) refuse('negative');
  const isExemplified = name.endsWith('_bucket') || family.type === 'counter';
  if (after.length === 0) return { name, labels, value: Number(value), exemplar: null };
  if (format === 'text' || !isExemplified || after[0] !== '#') return refuse('more after the value');
  return { name, labels, value: Number(value), exemplar: parseExemplar(after.slice(1).join(' '), labels, refuse) };
}

function namesOf({ name, type }: StrictFamily, format: Format): string[] {
  if (type === 'histogram') return ['_bucket', '_sum', '_count'].map((end) => name + end);
  if (type === 'summary') return ['', '_sum', '_count'].map((end) => name + end);
  return [type === 'counter' && format === 'openmetrics' ? `${name}_total` : name];
}

function parseExemplar(text: string, { le = '' }: Readonly<Record<string, string>>, refuse: Refuse): Exemplar {
  const { labels, rest } = parseLabels(text, refuse);
  const characters = Object.entries(labels).reduce((sum, pair) => sum + [...pair.join('')].length, 0);
  if (characters > maxExemplarCharacters) refuse(`${characters} characters in the exemplar`);
  if (!/^[\x20-\x7e]*$/.test(Object.values(labels).join(''))) refuse('an exemplar that does not print');
  const [empty, value = '', timestamp = '', ...more] = rest.split(' ');
  if (empty !== '' || more.length > 0 || !number.test(value) || !number.test(timestamp)) refuse('no exemplar');
  if (!Number.isFinite(Number(timestamp))) refuse('an exemplar without a finite time');
  if (le !== '' && le !== '+Inf' && !(Number(value) <= Number(le))) refuse('an exemplar of another bucket');
  return { labels, value: Number(value) };
}

/** What stands in braces, if anything does, and what follows. */
function parseLabels(text: string, refuse: Refuse): { readonly labels: Record<string, string>; readonly rest: string } {
  const labels: Record<string, string> = {};
  if (!text.startsWith('{')) return { labels, rest: text };
  let rest = text.slice(1);
  while (!rest.startsWith('}')) {
    const name = labelName.exec(rest)?.[0] ?? refuse('no name of a label');
    const [quoted, value = ''] =
      /^="((?:[^"\\]|\\["\\n])*)"/.exec(rest.slice(name.length)) ?? refuse('no value of a label');
    if (Object.hasOwn(labels, name)) refuse(`label ${name} twice`);
    labels[name] = value.replaceAll(/\\(.)/g, (_, one: string) => (one === 'n' ? '\n' : one));
    rest = rest.slice(name.length + quoted.length);
    if (rest.startsWith(',')) rest = rest.slice(1);
    else if (!rest.startsWith('}')) refuse('no comma between labels');
    if (text.endsWith(',}')) refuse('a comma without a label');
  }
  return { labels, rest: rest.slice(1) };
}

/** The same in whatever order they stand. */
function keyOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .sort()
    .join();
}

/** Buckets rise to +Inf, which is the count. */
function checkHistogram({ name, samples }: StrictFamily): void {
  const groups = new Map<string, StrictSample[]>();
  for (const sample of samples) {
    const { le: _, ...labels } = sample.labels;
    const key = keyOf(labels);
    const group = groups.get(key) ?? [];
    if (group.length === 0) groups.set(key, group);
    group.push(sample);
  }
  for (const [labels, all] of groups) {
    const refuse = (reason: string) => {
      throw new Error(`${name}${labels.slice(0, 300)}: ${reason}`);
    };
    const of = (end: string) => all.filter((one) => one.name === name + end);
    const [buckets, counts, sums] = [of('_bucket'), of('_count'), of('_sum')];
    if (counts.length !== 1 || sums.length !== 1) refuse('not one _count and one _sum');
    const bounds = buckets.map(({ labels: { le = '' } }) => (le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le)));
    if (bounds.some((bound, i) => !(bound > (bounds[i - 1] ?? Number.NEGATIVE_INFINITY)))) refuse('le does not rise');
    if (bounds.at(-1) !== Number.POSITIVE_INFINITY) refuse('no bucket +Inf');
    if (buckets.some(({ value }, i) => value < (buckets[i - 1]?.value ?? 0))) refuse('buckets are not cumulative');
    if (buckets.at(-1)?.value !== counts[0]?.value) refuse('+Inf is not the count');
  }
}
