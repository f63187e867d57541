import type { Instance } from './instance.ts';
import type { World } from './world.ts';

export interface TruthQuery {
  /** Counters count what happened at or after it. */
  readonly sinceMs: number;
  readonly lookbackMs: number;
  readonly nowMs: number;
}

/** A number by its labels; labels that a family hasn't got are left out. */
export interface TruthRow {
  /** '' for an instance without a playbook. */
  readonly playbook_id: string;
  readonly trigger_type?: string;
  readonly status?: string;
  readonly value: number;
}

export interface DurationRow extends Omit<TruthRow, 'value'> {
  readonly count: number;
  readonly sumSeconds: number;
}

/**
 * What a perfect exporter would say, worked out from the event logs alone. Rows of value 0 are left out, times are
 * seconds since the epoch, rows are sorted by their labels.
 *
 * A removed instance keeps counting in the counters and in the two times of last events, and leaves the other gauges.
 * A `set` changes the gauges and never the counters. `lastCompletion` and `durations` hold every failed attempt, also
 * one whose end a retry has erased since: nobody who polls rows can see more than that.
 */
export interface Truth {
  readonly instances: readonly TruthRow[];
  readonly recentRetries: readonly TruthRow[];
  readonly oldestOpenStart: readonly TruthRow[];
  readonly lastStart: readonly TruthRow[];
  readonly lastCompletion: readonly TruthRow[];
  readonly started: readonly TruthRow[];
  readonly completed: readonly TruthRow[];
  readonly retries: readonly TruthRow[];
  readonly durations: readonly DurationRow[];
}

const completions: Readonly<Record<string, string>> = {
  failed: 'FAILED',
  finished: 'FINISHED',
  terminated: 'TERMINATED',
};

export function truth(world: World, { sinceMs, lookbackMs, nowMs }: TruthQuery): Truth {
  const families = {
    instances: table(add),
    recentRetries: table(add),
    oldestOpenStart: table(Math.min),
    lastStart: table(Math.max),
    lastCompletion: table(Math.max),
    started: table(add),
    completed: table(add),
    retries: table(add),
    durationCount: table(add),
    durationSumMs: table(add),
  };
  const windowStartMs = Math.floor((nowMs - lookbackMs) / 60_000) * 60_000;

  for (const instance of world.all) {
    const playbook_id = instance.playbook?.id ?? '';
    const trigger_type = instance.triggerType;
    const { status, startMs, open, retries } = stateOf(instance);

    if (!instance.removed && (open || (startMs !== null && startMs >= windowStartMs))) {
      families.instances.put({ playbook_id, trigger_type, status }, 1);
      families.recentRetries.put({ playbook_id, trigger_type }, retries);
      if (open && startMs !== null) families.oldestOpenStart.put({ playbook_id, status }, startMs / 1000);
    }
    if (startMs !== null) families.lastStart.put({ playbook_id, trigger_type }, startMs / 1000);

    let begunMs = instance.events[0]?.atMs ?? 0;
    for (const { kind, atMs, fields } of instance.events) {
      if (kind === 'retried' || kind === 'rerun') begunMs = fields?.startTimeMs ?? begunMs;
      const ended = completions[kind];
      if (ended !== undefined) {
        families.lastCompletion.put({ playbook_id, trigger_type, status: ended }, atMs / 1000);
      }
      if (atMs < sinceMs) continue;
      if (kind === 'started') families.started.put({ playbook_id, trigger_type }, 1);
      if (kind === 'retried') families.retries.put({ playbook_id, trigger_type }, 1);
      if (ended !== undefined) {
        const labels = { playbook_id, trigger_type, status: ended };
        families.completed.put(labels, 1);
        families.durationCount.put(labels, 1);
        families.durationSumMs.put(labels, atMs - begunMs);
      }
    }
  }

  const sums = families.durationSumMs.rows();
  return {
    instances: families.instances.rows(),
    recentRetries: families.recentRetries.rows().filter(({ value }) => value !== 0),
    oldestOpenStart: families.oldestOpenStart.rows(),
    lastStart: families.lastStart.rows(),
    lastCompletion: families.lastCompletion.rows(),
    started: families.started.rows(),
    completed: families.completed.rows(),
    retries: families.retries.rows(),
    durations: families.durationCount.rows().map(({ value, ...labels }, index) => ({
      ...labels,
      count: value,
      sumSeconds: (sums[index]?.value ?? 0) / 1000,
    })),
  };
}

const endedStatuses = ['FINISHED', 'FAILED', 'TERMINATED'];
const openStatuses = ['CREATED', 'RUNNING', 'RETRYING', 'TERMINATING'];

/** An instance as its events have left it; a status that nobody documents is open until an end is set. */
function stateOf({ events }: Instance) {
  let status = '';
  let startMs: number | null = null;
  let endMs: number | null = null;
  let retries = 0;
  for (const event of events) {
    status = event.status;
    if (event.kind === 'started') startMs = event.atMs;
    if (event.kind === 'retried') {
      retries += 1;
      endMs = null;
    }
    if (event.kind === 'rerun') {
      retries = 0;
      endMs = null;
    }
    if (event.kind in completions) endMs = event.atMs;
    if (event.fields?.startTimeMs !== undefined) startMs = event.fields.startTimeMs;
    if (event.fields?.endTimeMs !== undefined) endMs = event.fields.endTimeMs;
    if (event.fields?.retryCount !== undefined) retries = event.fields.retryCount;
  }
  const open = openStatuses.includes(status) || (!endedStatuses.includes(status) && endMs === null);
  return { status, startMs, open, retries };
}

function add(a: number, b: number): number {
  return a + b;
}

type Labels = Omit<TruthRow, 'value'>;

/** Numbers by labels, in which numbers with the same labels are merged. */
function table(merge: (a: number, b: number) => number) {
  const byLabels = new Map<string, { readonly labels: Labels; value: number }>();
  return {
    put(labels: Labels, value: number): void {
      const key = JSON.stringify([labels.playbook_id, labels.trigger_type, labels.status]);
      const known = byLabels.get(key);
      if (known === undefined) byLabels.set(key, { labels, value });
      else known.value = merge(known.value, value);
    },
    rows(): TruthRow[] {
      return [...byLabels].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { labels, value }]) => ({ ...labels, value }));
    },
  };
}
