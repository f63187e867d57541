import type { Instance } from './instance.ts';
import { createNodes, type NodeDurationRow } from './truth-nodes.ts';
import {
  createDataClasses,
  createWorkflowVersionRows,
  type DataClassRow,
  type PlaybookRow,
  playbookRows,
  type WorkflowVersionRow,
} from './truth-playbooks.ts';
import { completions, stateOf } from './truth-state.ts';
import { createStreaks } from './truth-streaks.ts';
import { add, createInterner, createTable, sortedByLabels, type TruthLabels, type TruthRow } from './truth-table.ts';
import type { World } from './world.ts';

export type { TruthLabels, TruthRow } from './truth-table.ts';

export interface TruthQuery {
  /** Counters count what happened at or after it. */
  readonly sinceMs: number;
  readonly lookbackMs: number;
  readonly nowMs: number;
  /** Labels that the run metrics have besides; none: none. */
  readonly labels?: readonly ExtraLabel[];
  /** Which of two names those labels show. */
  readonly language?: 'en' | 'zh';
  /** An instance that is FAILED for so long has failed for good; 5 minutes. */
  readonly failureGraceMs?: number;
}

export const extraLabels = ['workflow', 'workflow_version', 'dataclass', 'defense'] as const;
export type ExtraLabel = (typeof extraLabels)[number];

export interface DurationRow extends TruthLabels {
  readonly count: number;
  readonly sumSeconds: number;
}

/** The starts that the expected start is learned from, in ascending order. */
export interface StartsRow extends TruthLabels {
  readonly startsMs: readonly number[];
}

/**
 * What a perfect exporter would say, worked out from the event logs alone. Rows of value 0 are left out, times are
 * seconds since the epoch, rows are sorted by their labels.
 *
 * A removed instance keeps counting in the counters, the streaks, the starts and the two times of last events, and leaves the
 * other gauges. A `set` changes the gauges and never the counters. `lastCompletion`, `durations` and the nodes hold every failed
 * attempt, also one whose end a retry has erased since: nobody who polls rows can see more than that.
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
  /** Instances that failed for good since the last one that finished, by their ends as they are now. */
  readonly consecutiveFailures: readonly TruthRow[];
  /** When the first of them ended. */
  readonly failingSince: readonly TruthRow[];
  readonly starts: readonly StartsRow[];
  readonly nodeFailures: readonly TruthRow[];
  readonly nodeDurations: readonly NodeDurationRow[];
  readonly workflowVersions: readonly WorkflowVersionRow[];
  readonly dataclasses: readonly DataClassRow[];
  /** SecMaster's list of playbooks. */
  readonly playbooks: readonly PlaybookRow[];
}

const graceMs = 5 * 60_000;

export function truth(world: World, query: TruthQuery): Truth {
  const { sinceMs, lookbackMs, nowMs, labels: extra = [], language = 'en', failureGraceMs = graceMs } = query;
  const families = {
    instances: createTable(add),
    recentRetries: createTable(add),
    oldestOpenStart: createTable(Math.min),
    lastStart: createTable(Math.max),
    lastCompletion: createTable(Math.max),
    started: createTable(add),
    completed: createTable(add),
    retries: createTable(add),
    durationCount: createTable(add),
    durationSumMs: createTable(add),
  };
  const windowStartMs = Math.floor((nowMs - lookbackMs) / 60_000) * 60_000;
  const streaks = createStreaks(nowMs - failureGraceMs);
  const nodes = createNodes(sinceMs);
  const workflowVersions = createWorkflowVersionRows();
  const dataclasses = createDataClasses();
  const starts = new Map<TruthLabels, number[]>();
  const ofPlaybook = createInterner<TruthLabels>();
  const ofTrigger = createInterner<TruthLabels>();
  const ofRun = createInterner<TruthLabels>();

  for (const instance of world.all) {
    const playbook_id = instance.playbook?.id ?? '';
    const trigger_type = instance.triggerType;
    const key = `${playbook_id}\n${trigger_type}`;
    const byPlaybook = ofPlaybook(playbook_id, () => ({ playbook_id }));
    const byTrigger = ofTrigger(key, () => ({ playbook_id, trigger_type }));
    const run = extra.length === 0 ? byTrigger : withExtra(instance, byTrigger);
    const state = stateOf(instance);
    const { status, startMs, isOpen, retries } = state;

    if (!instance.removed && (isOpen || (startMs !== null && startMs >= windowStartMs))) {
      families.instances.put(run, 1, status);
      families.recentRetries.put(run, retries);
      if (isOpen && startMs !== null) families.oldestOpenStart.put(byPlaybook, startMs / 1000, status);
    }
    if (startMs !== null) {
      families.lastStart.put(run, startMs / 1000);
      const known = starts.get(byTrigger);
      if (known === undefined) starts.set(byTrigger, [startMs]);
      else known.push(startMs);
      workflowVersions.put(playbook_id, instance, startMs);
      dataclasses.put(playbook_id, instance, startMs);
    }
    streaks.put(byTrigger, state);
    nodes.put(playbook_id, instance);

    let begunMs = instance.events[0]?.atMs ?? 0;
    for (const { kind, atMs, fields } of instance.events) {
      if (kind === 'retried' || kind === 'rerun') begunMs = fields?.startTimeMs ?? begunMs;
      const ended = completions[kind];
      if (ended !== undefined) families.lastCompletion.put(run, atMs / 1000, ended);
      if (atMs < sinceMs) continue;
      if (kind === 'started') families.started.put(run, 1);
      if (kind === 'retried') families.retries.put(run, 1);
      if (ended !== undefined) {
        families.completed.put(run, 1, ended);
        families.durationCount.put(run, 1, ended);
        families.durationSumMs.put(run, atMs - begunMs, ended);
      }
    }
  }

  function withExtra(instance: Instance, base: TruthLabels): TruthLabels {
    const values = extra.map((label) => extraLabel(label, instance, language));
    const key = [base.playbook_id, base.trigger_type, ...values].join('\n');
    return ofRun(key, () => ({ ...base, ...Object.fromEntries(extra.map((label, index) => [label, values[index]])) }));
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
    consecutiveFailures: streaks.consecutiveFailures(),
    failingSince: streaks.failingSince(),
    starts: sortedByLabels([...starts].map(([labels, all]) => ({ ...labels, startsMs: all.sort((a, b) => a - b) }))),
    nodeFailures: nodes.nodeFailures(),
    nodeDurations: nodes.nodeDurations(),
    workflowVersions: workflowVersions.rows(),
    dataclasses: dataclasses.rows(),
    playbooks: playbookRows(world.playbooks),
  };
}

/** '' where there is none. */
function extraLabel(label: ExtraLabel, { workflow, dataclass, defenseId }: Instance, language: 'en' | 'zh'): string {
  const named = (id: string | undefined, name: string | undefined, enName: string | undefined) =>
    (language === 'en' ? enName || name : name || enName) || id || '';
  switch (label) {
    case 'workflow':
      return named(workflow?.id, workflow?.name, workflow?.name_en);
    case 'workflow_version':
      return workflow?.version || workflow?.version_id || '';
    case 'dataclass':
      return named(dataclass?.id, dataclass?.name, dataclass?.en_name);
    case 'defense':
      return defenseId;
  }
}
