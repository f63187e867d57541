import type { LedgerState } from '../../../src/ledger/state.ts';
import { type ExtraLabel, extraLabels } from '../../../src/model/extra-labels.ts';
import { canonicalTriggerType, isDocumentedTriggerType } from '../../../src/model/status.ts';
import type { Truth, TruthRow } from '../../../src/simulator/truth.ts';
import { parseExposition, type SampleLine } from '../metrics/exposition.ts';
import { ownValue } from './compare-playbooks.ts';

const add = (a: number, b: number) => a + b;

function merge(family: string): (a: number, b: number) => number {
  if (!family.endsWith('_timestamp_seconds')) return add;
  return family.includes('_oldest_') ? Math.min : Math.max;
}

/** The id of the playbook by the labels that it has had, as long as any counter stands under them. */
export type FormerLabels = ReadonlyMap<string, string>;

export function labelsOf(state: Pick<LedgerState, 'playbooks'> | null): FormerLabels {
  const met = [...(state?.playbooks.values() ?? [])];
  return new Map(met.map(({ label, playbookId }) => [label, playbookId]));
}

/** What an exporter can't be blamed for. */
export interface Leniency {
  /** Labels that rows show sometimes and sometimes not. */
  readonly without?: readonly ('playbook_id' | 'trigger_type')[];
  /** How far each duration may be off, because rows show times otherwise. */
  readonly secondsOff?: number;
}

/**
 * Every way in which the workflow families of an exposition differ from the simulator's truth; none: they are equal. Gauges stand
 * under the current label of their playbook alone, counters under all that it has had.
 *
 * @param isLabelled whether the truth is that by `metrics.labels`; otherwise series are put together that differ only in those
 */
export function differences(
  exposition: string,
  truth: Truth,
  windowStartMs: number,
  former: FormerLabels = new Map(),
  isLabelled = false,
): string[] {
  return [
    ...compareCounters(createComparison(exposition, { isLabelled }, former), truth),
    ...compareGauges(createComparison(exposition, { isLabelled }), truth, windowStartMs),
    ...longerStreaks(createComparison(exposition), truth),
  ];
}

/**
 * Those of the streaks, once history has been read. That of trigger types that the document doesn't know is not read: their streaks may
 * be shorter.
 */
export function streakDifferences(exposition: string, truth: Truth): string[] {
  const { differ } = createComparison(exposition);
  const isRead = ({ trigger_type = '' }: TruthRow) => isDocumentedTriggerType(canonicalTriggerType(trigger_type));
  const ofUnread = [...truth.consecutiveFailures].filter((row) => !isRead(row)).map(keyOf);
  return [
    ...differ(consecutive, truth.consecutiveFailures),
    ...differ('secmaster_playbook_failing_since_timestamp_seconds', truth.failingSince),
  ].filter((difference) => !ofUnread.some((key) => difference.includes(key)));
}

const consecutive = 'secmaster_playbook_consecutive_failures';

function longerStreaks({ shown }: Comparison, truth: Truth): string[] {
  const wanted = new Map(truth.consecutiveFailures.map((row) => [keyOf(row), row.value]));
  return [...shown(consecutive)].flatMap(([key, failures]) =>
    failures <= (wanted.get(key) ?? 0) ? [] : [`${consecutive}${key}: ${failures}, longer than ${wanted.get(key)}`],
  );
}

/** Those of the counters alone. */
export function counterDifferences(
  exposition: string,
  truth: Truth,
  leniency: Leniency = {},
  former: FormerLabels = new Map(),
): string[] {
  return compareCounters(createComparison(exposition, leniency, former), truth, leniency.secondsOff);
}

type Comparison = ReturnType<typeof createComparison>;

function createComparison(
  exposition: string,
  { without = [], isLabelled = false }: Leniency & { readonly isLabelled?: boolean } = {},
  former: FormerLabels = new Map(),
) {
  const samples = parseExposition(exposition);
  const ids = new Map<string | undefined, string | undefined>(former);
  for (const { name, labels } of samples) {
    if (name === 'secmaster_playbook_info') ids.set(labels.playbook, labels.playbook_id);
  }
  ids.set('(none)', '');
  const dropped = Object.fromEntries(
    [...without, ...(isLabelled ? [] : extraLabels)].map((label) => [label, undefined]),
  );

  /** Samples of a family by playbook id and the other labels; those of a renamed playbook are put together. */
  const shown = (family: string): Map<string, number> =>
    together(
      family,
      samples
        .filter(({ name }) => name === family)
        .map(({ labels, value }) => ({ ...labels, playbook_id: ids.get(labels.playbook), ...dropped, value })),
    );

  const differ = (family: string, truthRows: readonly TruthRow[], toleranceOf: (key: string) => number = () => 0) => {
    const wanted = together(
      family,
      truthRows.map((row) => ({ ...row, ...shownExtra(row), ...dropped })),
    );
    const actual = shown(family);
    return [...new Set([...actual.keys(), ...wanted.keys()])]
      .filter((key) => !(Math.abs((actual.get(key) ?? 0) - (wanted.get(key) ?? 0)) <= toleranceOf(key)))
      .map((key) => `${family}${key}: ${actual.get(key)} instead of ${wanted.get(key)}`);
  };
  return { samples, shown, differ };
}

interface Row extends Labels {
  readonly value: number;
}

function together(family: string, rows: readonly Row[]): Map<string, number> {
  const byKey = new Map<string, number>();
  for (const row of rows.filter(({ value }) => value !== 0)) {
    const known = byKey.get(keyOf(row));
    byKey.set(keyOf(row), known === undefined ? row.value : merge(family)(known, row.value));
  }
  return byKey;
}

/** The time of an attempt is lost once it is retried. */
const isLasting = ({ status }: { readonly status?: string }) => status !== 'FAILED';
const withoutFailed = (found: string[]) => found.filter((difference) => !difference.includes('FAILED'));

function compareCounters({ shown, differ }: Comparison, truth: Truth, secondsOff = 0): string[] {
  const durations = truth.durations.filter(isLasting);
  const count = 'secmaster_workflow_duration_seconds_count';
  const counts = shown(count);
  return [
    ...differ('secmaster_workflow_instances_started_total', truth.started),
    ...differ('secmaster_workflow_attempts_completed_total', truth.completed),
    ...differ('secmaster_workflow_retries_total', truth.retries),
    ...withoutFailed(
      differ(
        count,
        durations.map((row) => ({ ...row, value: row.count })),
      ),
    ),
    ...withoutFailed(
      differ(
        'secmaster_workflow_duration_seconds_sum',
        durations.map((row) => ({ ...row, value: row.sumSeconds })),
        (key) => 0.001 + secondsOff * (counts.get(key) ?? 0),
      ),
    ),
  ];
}

function compareGauges({ samples, differ }: Comparison, truth: Truth, windowStartMs: number): string[] {
  // What began or ended before the lookback is not read.
  const isRecent = (row: TruthRow) => row.value * 1000 >= windowStartMs;
  const onlyOf = (rows: readonly TruthRow[], found: string[]) =>
    found.filter((difference) => rows.some((row) => difference.includes(keyOf({ ...row, ...shownExtra(row) }))));
  return [
    ...differ('secmaster_workflow_instances', truth.instances),
    ...differ('secmaster_workflow_recent_retries', truth.recentRetries),
    ...differ('secmaster_workflow_oldest_open_start_timestamp_seconds', truth.oldestOpenStart),
    ...onlyOf(
      truth.lastStart.filter(isRecent),
      differ('secmaster_workflow_last_start_timestamp_seconds', truth.lastStart),
    ),
    ...onlyOf(
      truth.lastCompletion.filter(isRecent).filter(isLasting),
      differ('secmaster_workflow_last_completion_timestamp_seconds', truth.lastCompletion),
    ),
    ...ratioDifferences(samples),
  ];
}

/** Of the instances of the exposition, which are compared by themselves: a ratio of several label sets is no sum of theirs. */
function ratioDifferences(samples: readonly SampleLine[]): string[] {
  const without = ({ labels: { status: _, ...labels } }: SampleLine) => JSON.stringify(labels);
  const of = (name: string) => samples.filter((sample) => sample.name === `secmaster_workflow_${name}`);
  const shown = new Map(of('failure_ratio').map((sample) => [without(sample), sample.value]));
  return [...Map.groupBy(of('instances'), without)].flatMap(([key, rows]) => {
    const count = (...statuses: string[]) =>
      rows
        .filter(({ labels: { status = '' } }) => statuses.includes(status))
        .reduce((sum, { value }) => sum + value, 0);
    const ended = count('FINISHED', 'FAILED', 'TERMINATED');
    const wanted = ended === 0 ? 0 : count('FAILED') / ended;
    const actual = shown.get(key) ?? 0;
    return Math.abs(actual - wanted) < 1e-9 ? [] : [`failure ratio${key}: ${actual} instead of ${wanted}`];
  });
}

interface Labels extends Readonly<Partial<Record<ExtraLabel, string | undefined>>> {
  readonly playbook_id?: string | undefined;
  readonly trigger_type?: string | undefined;
  readonly status?: string | undefined;
}

function keyOf({ playbook_id, trigger_type, status, ...others }: Labels): string {
  const extra = extraLabels.flatMap((label) => (others[label] === undefined ? [] : [`${label}=${others[label]}`]));
  return JSON.stringify([playbook_id ?? null, spelled(trigger_type), status ?? null, ...extra]);
}

/** The labels of `metrics.labels` of a row of the truth, as the exporter shows them. */
function shownExtra(row: TruthRow): Labels {
  return Object.fromEntries(
    extraLabels.flatMap((label) => (row[label] === undefined ? [] : [[label, ownValue(row[label])]])),
  );
}

/** How a trigger type is spelled that the document doesn't know is up to SecMaster. */
function spelled(triggerType: string | undefined): string | null {
  if (triggerType === undefined || canonicalTriggerType(triggerType) !== triggerType) return triggerType ?? null;
  return triggerType.toUpperCase();
}
