import type { ExtraLabel } from '../model/extra-labels.ts';
import { type Instance, noDetails } from '../model/instance.ts';
import type { CounterName, CounterSeries, Labels, LastTime } from '../model/snapshot.ts';
import { isDocumentedStatus, isEnded } from '../model/status.ts';
import type { DurationChange, FailedAttempt, PageChange } from './change.ts';
import { begunMs } from './contribution.ts';
import { PlaybookNames } from './current-names.ts';
import type { Entry } from './entry.ts';
import { extraValues, meetExtraValues } from './extra-values.ts';
import { type Folded, fold, isSettled } from './fold.ts';
import { labelsText, runLabels, withStatus } from './label-set.ts';
import { LabelValues, otherValue } from './label-values.ts';
import { excludedPlaybooks, noPlaybook } from './met-playbook.ts';
import { knownLabels, PlaybookLabels } from './playbook-labels.ts';
import { type LedgerState, liveLabels } from './state.ts';
import { Tally } from './tally.ts';
import type { EndedAttempt } from './topologies.ts';
import { foldVersions, type ShownRun } from './versions.ts';
import { type Cell, moves } from './window.ts';

/** What a page is folded against. */
export interface PageContext {
  readonly known: ReadonlyMap<string, Entry>;
  readonly state: LedgerState;
  /** Maximum number of playbooks with their own series. */
  readonly maxPlaybooks: number;
  /** Maximum number of values of a label with their own series. */
  readonly maxValues: number;
  /** Labels beside playbook, trigger_type and status; absent: none. */
  readonly labels?: readonly ExtraLabel[];
  /** Upper bounds in seconds, ascending. */
  readonly durationBuckets: readonly number[];
  /** Whether a playbook is excluded by its name; null, or absent: none are. */
  readonly isExcluded?: ((playbook: string) => boolean) | null;
  /** The topology of which ended instances is wanted. */
  readonly nodes: 'off' | 'failed' | 'all';
  readonly nowMs: number;
}

/** Changed in what matters, settled (see `isSettled`, or already pruned), or neither. */
export type RowVerdict = 'changed' | 'settled' | 'unsettled';

export interface FoldedPage {
  readonly change: PageChange;
  /** One for each row, in order. */
  readonly rows: readonly RowVerdict[];
}

const usualEnds = ['FINISHED', 'FAILED', 'TERMINATED'];

/** Folds the rows of a page, in order, into one change. */
export function foldPage(instances: readonly Instance[], context: PageContext): FoldedPage {
  const { state, nowMs, labels: extra = [] } = context;
  const isExcluded = ({ playbook }: Instance) => context.isExcluded?.(playbook?.name ?? noPlaybook) === true;
  const entries = new Map<string, Entry>();
  const seen: string[] = [];
  const rows: RowVerdict[] = [];
  const shown: ShownRun[] = [];
  const names = new PlaybookNames(state.playbooks.values(), nowMs);
  const knownPlaybooks = knownLabels(state.playbooks.values(), liveLabels(state));
  const labels = new PlaybookLabels(knownPlaybooks, context.maxPlaybooks, names);
  const values = new LabelValues(state.values, context.maxValues);
  const series = collectSeries(context);
  const touched = new Map<string, Labels>();
  // Unknown instances from before may have been counted and pruned.
  const sinceMs = Math.max(state.createdAtMs, state.prunedBeforeMs);

  for (const instance of instances) {
    const known = entries.get(instance.id) ?? context.known.get(instance.id) ?? null;
    if (known === null && isPruned(instance, state.prunedBeforeMs)) {
      rows.push('settled');
      continue;
    }
    const { id, startTimeMs, endTimeMs, retryCount, details } = instance;
    const isOut = isExcluded(instance);
    const ownLabels = labelsOf(instance, known, isOut, labels, values, extra);
    // One object for all runs that have them.
    const runsLabels = state.runs.get(labelsText(ownLabels)) ?? ownLabels;
    // What was met while its playbook was excluded stays so.
    const isUncounted = runsLabels.playbook === excludedPlaybooks;
    const status = statusOf(instance, known, values);
    const observed = { id, labels: runsLabels, status, startTimeMs, endTimeMs, retryCount, details };
    const folded = fold(known, observed, sinceMs, state.generation + 1);
    if (!isUncounted) shown.push(observed);
    const { entry } = folded;

    rows.push(folded.isNews ? 'changed' : isSettled(known, folded, state.generation) ? 'settled' : 'unsettled');
    const atMs = Math.max(entry.startTimeMs ?? 0, entry.endTimeMs ?? 0);
    // What is dated into the future holds no later name off.
    const begun = Math.min(begunMs(entry) ?? 0, nowMs);
    const meet = (playbook: Instance['playbook']) => {
      if (isOut) labels.meetExcluded(playbook, begun);
      else if (!isUncounted) labels.meet(playbook, atMs, begun);
    };
    if (!folded.changed) {
      if (!isEnded(entry) || known?.recheck) seen.push(entry.id);
      // A name that came back too soon to be believed.
      if (!isEnded(entry) && !labels.isCurrent(instance.playbook)) meet(instance.playbook);
      continue;
    }
    entries.set(entry.id, entry);
    for (const set of [entry.labels, known?.labels ?? entry.labels]) touched.set(labelsText(set), set);
    meet(instance.playbook);
    values.meet('trigger_type', instance.triggerType, atMs);
    if (!isUncounted) meetExtraValues(extra, details, known?.labels, values, atMs);
    if (status === otherValue) values.limit('status', instance.status, atMs);
    else values.meet('status', status, atMs);
    series.add(known, folded, !isOut && !isUncounted);
  }

  const added = entries.keys().filter((id) => !context.known.has(id));
  return {
    change: {
      entries: [...entries.values()],
      touched: [...touched.values()],
      added: added.toArray().length,
      seen,
      atMs: nowMs,
      playbooks: labels.met(),
      values: values.met(),
      versions: foldVersions(shown, state),
      ...series.changes(),
    },
    rows,
  };
}

/** Adds up the effects of folded rows on each series. */
function collectSeries({ state, durationBuckets, nodes, nowMs }: PageContext) {
  const counters = new Tally<CounterSeries, { by: number }>(({ counter }) => counter);
  const cells = new Tally<Cell, { instances: number; retries: number }>(({ minute }) => minute);
  const durations: DurationChange[] = [];
  const failures: FailedAttempt[] = [];
  const readable: EndedAttempt[] = [];
  let hidden = 0;
  const lastStarts = new Map<string, LastTime>();
  const lastCompletions = new Map<string, LastTime>();
  const made = new Set<string>();

  const count = (counter: CounterName, labels: Labels, by: number) => counters.add({ counter, labels }, { by });

  /** Creates the usual series before they have values, so that scrapes see them at 0 before they grow. */
  function makeUsual(labels: Labels): void {
    const text = labelsText(labels);
    if (state.runs.has(text) || made.has(text)) return;
    made.add(text);
    for (const end of usualEnds) {
      count('completed', withStatus(labels, end), 0);
      count('timed', withStatus(labels, end), 0);
    }
  }

  /** Of several attempts that ended since the row before, only the last one still has a topology. */
  function noteEnd(known: Entry | null, { entry, increments: { ends } }: Folded): void {
    const { id, status, endTimeMs, counted } = entry;
    const isWanted = (end: string) => nodes === 'all' || (nodes === 'failed' && end === 'FAILED');
    for (const [end, by] of ends) if (isWanted(end)) hidden += by;
    const attempt = counted.ends.get(status) ?? 1;
    const hasFailed = status === 'FAILED';
    if (!isEnded(entry) || !ends.has(status)) return;
    const endedMs = endTimeMs ?? nowMs;
    if (hasFailed) failures.push({ id, attempt, failedMs: endedMs });
    if (!isWanted(status)) return;
    hidden--;
    readable.push({ id, attempt, hasFailed, endedMs, sinceMs: known?.lastEnd?.endTimeMs ?? null });
  }

  return {
    /** @param isShown whether anybody is told of the run by itself */
    add(known: Entry | null, folded: Folded, isShown: boolean): void {
      const { entry, increments, endedAfterSeconds: seconds } = folded;
      const { labels, status } = entry;
      const withItsStatus = withStatus(labels, status);
      count('started', labels, increments.started);
      count('retries', labels, increments.retries);
      makeUsual(labels);
      for (const [end, by] of increments.ends) count('completed', withStatus(labels, end), by);
      if (isShown) noteEnd(known, folded);
      if (seconds !== null) {
        const le = durationBuckets.find((bound) => seconds <= bound) ?? Number.POSITIVE_INFINITY;
        const observed = { instanceId: entry.id, seconds, endTimeMs: entry.endTimeMs ?? 0 };
        durations.push({ labels: withItsStatus, le, observed });
        count('timed', withItsStatus, 1);
      }
      for (const { instances, retries, ...cell } of moves(known, entry, state.fromMinute)) {
        cells.add(cell, { instances, retries });
      }
      if (entry.startTimeMs !== null) advanceMark(lastStarts, { labels, atMs: entry.startTimeMs });
      if (isEnded(entry) && entry.endTimeMs !== null)
        advanceMark(lastCompletions, { labels: withItsStatus, atMs: entry.endTimeMs });
    },
    changes: () => ({
      counters: counters.list(),
      durations,
      failures,
      ...(nodes !== 'off' && { ended: { readable, hidden } }),
      cells: cells.list(),
      lastStarts: [...lastStarts.values()],
      lastCompletions: [...lastCompletions.values()],
    }),
  };
}

/** What a row leaves out, such as one of two replicas may, stays as it was known. */
function labelsOf(
  { playbook, triggerType, details }: Instance,
  known: Entry | null,
  isOut: boolean,
  labels: PlaybookLabels,
  values: LabelValues,
  extra: readonly ExtraLabel[],
): Labels {
  const { playbook: knownPlaybook, trigger_type: knownTriggerType = '' } = known?.labels ?? {};
  const isKept = playbook === null || isOut || knownPlaybook === excludedPlaybooks;
  const label = isKept && knownPlaybook !== undefined ? knownPlaybook : isOut ? excludedPlaybooks : labels.of(playbook);
  return runLabels(
    label,
    triggerType === '' ? knownTriggerType : values.of('trigger_type', triggerType),
    extraValues(extra, label === excludedPlaybooks ? noDetails : details, known?.labels, values),
  );
}

/**
 * What the instance counts under. One that shares `other` keeps it while its status is undocumented: counted again under a name of its
 * own, its end would count twice.
 */
function statusOf({ status }: Instance, known: Entry | null, values: LabelValues): string {
  if (known?.status === status || isDocumentedStatus(status)) return status;
  return known?.status === otherValue ? otherValue : values.of('status', status);
}

/** Whether an unknown instance is so old that it would be pruned again at the end of the poll, if it were kept. */
export function isPruned(instance: Instance, beforeMs: number): boolean {
  return isEnded(instance) && Math.max(instance.startTimeMs ?? 0, instance.endTimeMs ?? 0) < beforeMs;
}

function advanceMark(marks: Map<string, LastTime>, mark: LastTime): void {
  const key = labelsText(mark.labels);
  const known = marks.get(key);
  if (known === undefined || known.atMs < mark.atMs) marks.set(key, mark);
}
