import type { Instance } from '../model/instance.ts';
import type { CounterKey, Mark, SeriesKey } from '../model/snapshot.ts';
import { isEnded } from '../model/status.ts';
import type { Entry } from './entry.ts';
import { fold, isSettled } from './fold.ts';
import { type KnownLabel, Labels } from './label.ts';
import type { Batch, DurationChange, FailedAttempt } from './store.ts';
import { Tally } from './tally.ts';
import { type Cell, moves } from './window.ts';

/** What a page is folded against. */
export interface PageContext {
  readonly known: ReadonlyMap<string, Entry>;
  readonly labels: readonly KnownLabel[];
  /** Playbooks and trigger types whose counters are there already, at 0 or more. */
  readonly counted: readonly Pick<SeriesKey, 'playbook' | 'triggerType'>[];
  /** Playbooks with series of their own, at the most. */
  readonly maxPlaybooks: number;
  readonly sinceMs: number;
  /** Ended instances from before may have been forgotten; 0: none has. */
  readonly forgottenBeforeMs: number;
  readonly completeTails: number;
  readonly fromMinute: number;
  /** Upper bounds in seconds, ascending. */
  readonly durationBuckets: readonly number[];
  readonly nowMs: number;
}

export interface FoldedPage {
  readonly batch: Batch;
  /** For each row in its order: changed, settled (see `isSettled`, or ended so long ago that it has been forgotten), or neither. */
  readonly rows: readonly ('changed' | 'settled' | 'unsettled')[];
}

const usualEnds = ['FINISHED', 'FAILED', 'TERMINATED'];

/** Folds the rows of a page, in their order, into one batch for the store. */
export function foldPage(instances: readonly Instance[], context: PageContext): FoldedPage {
  const tail = context.completeTails + 1;
  const entries = new Map<string, Entry>();
  const seen: string[] = [];
  const rows: FoldedPage['rows'][number][] = [];
  const labels = new Labels(context.labels, context.maxPlaybooks);
  const counters = new Tally<CounterKey, { by: number }>();
  const durations: DurationChange[] = [];
  const failures: FailedAttempt[] = [];
  const cells = new Tally<Cell, { instances: number; retries: number }>();
  const marks = new Map<string, Mark>();
  const made = new Set(context.counted.map(({ playbook, triggerType }) => JSON.stringify([playbook, triggerType])));

  for (const instance of instances) {
    const known = entries.get(instance.id) ?? context.known.get(instance.id) ?? null;
    if (known === null && isForgotten(instance, context.forgottenBeforeMs)) {
      rows.push('settled');
      continue;
    }
    const observed = { ...instance, playbook: labels.of(instance.playbook) };
    const folded = fold(known, observed, context.sinceMs, tail);
    const { entry, increments } = folded;

    rows.push(folded.changed ? 'changed' : isSettled(known, folded, context.completeTails) ? 'settled' : 'unsettled');
    if (!folded.changed) {
      if (!isEnded(entry) || known?.doubtful) seen.push(entry.id);
      continue;
    }
    entries.set(entry.id, entry);
    labels.meet(instance.playbook, Math.max(entry.startTimeMs ?? 0, entry.endTimeMs ?? 0));

    const { playbook, triggerType, status } = entry;
    const series = { playbook, triggerType, status: '' };
    const count = (counter: CounterKey['counter'], by: number, status = '') =>
      counters.add({ ...series, status, counter, node: '' }, { by });
    count('started', increments.started);
    count('retries', increments.retries);
    // Series that nothing has grown yet are made as well: they are to be seen at 0 before they grow.
    const pair = JSON.stringify([playbook, triggerType]);
    if (!made.has(pair)) {
      made.add(pair);
      for (const end of usualEnds) {
        count('completed', 0, end);
        count('timed', 0, end);
      }
    }
    for (const [end, by] of increments.ends) count('completed', by, end);
    if (entry.status === 'FAILED' && increments.ends.has('FAILED')) {
      failures.push({ id: entry.id, attempt: entry.retryCount + 1, failedMs: entry.endTimeMs ?? context.nowMs });
    }
    if (folded.endedAfterSeconds !== null) {
      const seconds = folded.endedAfterSeconds;
      const le = context.durationBuckets.find((bound) => seconds <= bound) ?? Number.POSITIVE_INFINITY;
      const observed = { instanceId: entry.id, seconds, endTimeMs: entry.endTimeMs ?? 0 };
      durations.push({ playbook, triggerType, status, le, observed });
      count('timed', 1, status);
    }
    for (const { instances, retries, ...cell } of moves(known, entry, context.fromMinute)) {
      cells.add(cell, { instances, retries });
    }
    if (entry.startTimeMs !== null) advance(marks, { ...series, atMs: entry.startTimeMs });
    if (isEnded(entry) && entry.endTimeMs !== null) advance(marks, { ...series, status, atMs: entry.endTimeMs });
  }

  return {
    batch: {
      entries: [...entries.values()],
      added: entries
        .keys()
        .filter((id) => !context.known.has(id))
        .toArray().length,
      seen,
      seenMs: context.nowMs,
      playbooks: labels.met(),
      counters: counters.list(),
      durations,
      failures,
      cells: cells.list(),
      marks: [...marks.values()],
    },
    rows,
  };
}

/** The batch that takes an instance which SecMaster no longer knows out of the gauges; what it counted for stays. */
export function forgetEntry(
  known: Entry,
  state: Pick<PageContext, 'completeTails' | 'fromMinute'>,
  nowMs: number,
): Batch {
  const entry = { ...known, gone: true, doubtful: false, changedInTail: state.completeTails + 1 };
  return { entries: [entry], seenMs: nowMs, cells: moves(known, entry, state.fromMinute) };
}

/** Remembered, it would be forgotten again at the end of the poll. */
function isForgotten(instance: Instance, beforeMs: number): boolean {
  return isEnded(instance) && Math.max(instance.startTimeMs ?? 0, instance.endTimeMs ?? 0) < beforeMs;
}

function advance(marks: Map<string, Mark>, mark: Mark): void {
  const key = JSON.stringify([mark.playbook, mark.triggerType, mark.status]);
  const known = marks.get(key);
  if (known === undefined || known.atMs < mark.atMs) marks.set(key, mark);
}
