/** Pieces of PromQL. Names come from the families, so a renamed metric or label breaks the build. */
import { exporter, families } from '../../src/metrics/families.ts';
import { extraLabels } from '../../src/model/extra-labels.ts';
import { placeholder } from './placeholder.ts';

type Family = (typeof families)[number];
export type Label = Family['labels'][number] | 'le';
type Histogram = Extract<Family, { type: 'histogram' }>;
type Matchers<F extends Family> = { readonly [L in F['labels'][number]]?: string };

/** The series of a family, such as `secmaster_up{workspace="prod"}`; a matcher is operator and quoted value. */
export function series<F extends Family>(family: F, matchers: Matchers<F> = {}): string {
  return selector(family.name, matchers);
}

/** The `_bucket` series of a histogram. */
export function buckets<F extends Histogram>(family: F, matchers: Matchers<F> = {}): string {
  return selector(`${family.name}_bucket`, matchers);
}

export function selector(name: string, matchers: Readonly<Record<string, string | undefined>>): string {
  const written = Object.entries(matchers).flatMap(([label, matcher]) =>
    matcher === undefined ? [] : [`${label}${matcher}`],
  );
  return written.length === 0 ? name : `${name}{${written.join(', ')}}`;
}

export const is = (value: string): string => `="${value}"`;
export const oneOf = (...values: string[]): string => `=~"${values.join('|')}"`;
export const isNot = (value: string): string => `!="${value}"`;
export const noneOf = (...values: string[]): string => `!~"${values.join('|')}"`;

/**
 * What is chosen in a variable of the dashboard. Between backticks PromQL escapes nothing and Grafana's `regex` format
 * escapes what a regular expression would read, so playbooks may have quotes and backslashes in their names.
 */
export const chosen = (variable: string): string => `=~\`${placeholder(`${variable}:regex`)}\``;
/** The same, and series without the label. */
export const chosenOrNone = (variable: string): string => `=~\`|${placeholder(`${variable}:regex`)}\``;

export const sum = (expression: string): string => `sum(${expression})`;
export const sumBy = (labels: readonly Label[], expression: string): string => by('sum', labels, expression);
export const maxBy = (labels: readonly Label[], expression: string): string => by('max', labels, expression);
export const minBy = (labels: readonly Label[], expression: string): string => by('min', labels, expression);
/** Without labels one value for all of them. */
const by = (operation: string, labels: readonly Label[], expression: string) =>
  `${operation}${labels.length === 0 ? '' : ` by (${labels.join(', ')}) `}(${expression})`;

/** Grafana keeps the order in which single values come. */
export const largest = (count: number, expression: string): string => `sort_desc(topk(${count}, ${expression}))`;

/**
 * One value for each series, however many replicas show it, before it is summed or counted. What a process counts of itself is its own.
 */
export function once(expression: string): string {
  const [name = ''] = /secmaster_\w+/.exec(expression) ?? [];
  const family = families.find((one) => one.name === name || `${one.name}_bucket` === name);
  if (family === undefined) throw new Error(`no family: ${expression}`);
  if ('source' in family) return expression;
  const labels: readonly string[] = family.labels;
  const extra = labels.includes('trigger_type') ? extraLabels : [];
  const le = name === family.name ? [] : ['le'];
  return `max by (${[...labels, ...extra, ...le].join(', ')}) (${expression})`;
}

/** Of replicas, those with the newest data: what one shows that is cut off from the ledger once was. */
export function current(selected: string): string {
  const lastSuccess = series(exporter.lastSuccess);
  return `(${selected} and on (job, instance, workspace) (${lastSuccess} == on (workspace) group_left () max by (workspace) (${lastSuccess})))`;
}

/** For graphs: the growth a second around each point. */
export const rate = (selected: string, offset = ''): string => once(`rate(${selected}[$__rate_interval]${offset})`);
/** For single values: the growth within a window, by default what the dashboard shows. */
export const increase = (selected: string, window = '$__range'): string => once(`increase(${selected}[${window}])`);

/** Rates a second are unreadable where a playbook runs a few times an hour. */
export const perHour = (expression: string): string => `3600 * ${expression}`;
/** How long ago, in seconds. */
export const age = (timestamp: string): string => `time() - ${timestamp}`;

/** Of the buckets' growth, summed by `le`. */
export const quantile = (q: number, growth: string, labels: readonly Label[] = []): string =>
  `histogram_quantile(${q}, sum by (${[...labels, 'le'].join(', ')}) (${growth}))`;
