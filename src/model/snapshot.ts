import type { ExtraLabel } from './extra-labels.ts';
import type { ListedPlaybook } from './listed-playbook.ts';

/** Label names and values as a family shows them, without `workspace`; the keys stand in the family's order. */
export type Labels = Readonly<Record<string, string>>;

/** `timed` and `timed_nodes` stand for the histograms of durations. */
export const counterNames = ['started', 'completed', 'retries', 'timed', 'failed_nodes', 'timed_nodes'] as const;
export type CounterName = (typeof counterNames)[number];

/** A series of a counter. */
export interface CounterSeries {
  readonly counter: CounterName;
  readonly labels: Labels;
}

/** What the ledger of one workspace says at one moment: all that the workflow metrics are made of. */
export interface Snapshot {
  /** By counter, in the order of their label values. A pending series stands at 0. */
  readonly counters: Readonly<Record<CounterName, readonly Counted[]>>;
  /** The buckets of each exposed series of the counter `timed`. */
  readonly durations: readonly Durations[];
  /** The same of `timed_nodes`. */
  readonly nodeDurations: readonly Durations[];
  /** Of how many attempts the topology was read, was not, and could not be. */
  readonly topologies: Readonly<Record<'read' | 'skipped' | 'failed', number>>;
  readonly window: readonly WindowSeries[];
  readonly oldestOpen: readonly { readonly labels: Labels; readonly startTimeMs: number }[];
  /** When the newest instance began. */
  readonly lastStarts: readonly LastTime[];
  /** When the last instance ended with the status that the labels end in. */
  readonly lastCompletions: readonly LastTime[];
  /** Of each playbook and trigger type. */
  readonly streaks: readonly Streak[];
  /** By when the next instance is due, where a rhythm is known. */
  readonly expectedStarts: readonly LastTime[];
  /** Of playbooks with series of their own. */
  readonly playbooks: readonly NamedPlaybook[];
  /** Workflows and their versions, with runs that began within the lookback. */
  readonly workflows: readonly { readonly labels: Labels }[];
  /** When each version of a workflow first began. */
  readonly firstStarts: readonly LastTime[];
  /** SecMaster's list of playbooks; null where it is not known. */
  readonly listed: readonly ListedSeries[] | null;
  /** Playbooks that share a label, or have none, because there are too many. */
  readonly limitedPlaybooks: number;
  /** The same for values of other labels. */
  readonly limitedValues: Readonly<Record<'trigger_type' | 'status' | 'node' | ExtraLabel, number>>;
  /** Remembered, open ones among them. */
  readonly instances: number;
  readonly openInstances: number;
  /** Whether every instance of the lookback has been read. */
  readonly windowComplete: boolean;
}

export interface Counted {
  readonly labels: Labels;
  readonly value: number;
}

export interface Durations {
  readonly labels: Labels;
  /** Ascending; each by itself, not cumulative. */
  readonly buckets: readonly DurationBucket[];
}

export interface DurationBucket {
  /** The upper bound in seconds, Infinity for the last. */
  readonly le: number;
  readonly count: number;
  readonly sumSeconds: number;
  /** The observation that came last. */
  readonly exemplar: Exemplar;
}

/** One observed end. */
export interface Exemplar {
  readonly instanceId: string;
  readonly seconds: number;
  readonly endTimeMs: number;
}

/** Instances by their status now: the last of the labels. */
export interface WindowSeries {
  readonly labels: Labels;
  readonly instances: number;
  readonly retries: number;
}

/** Instances that failed for good in a row. */
export interface Streak {
  readonly labels: Labels;
  readonly failures: number;
  /** When the first of them ended; null: there is none. */
  readonly sinceMs: number | null;
}

export interface LastTime {
  readonly labels: Labels;
  readonly atMs: number;
}

/** The value of the label `playbook` that stands for one playbook under one name, given once and for good. */
export interface PlaybookLabel {
  /** '' where SecMaster gives none. */
  readonly playbookId: string;
  readonly name: string;
  readonly label: string;
}

export interface ListedSeries extends ListedPlaybook {
  /** null: there are too many, so it has no series of its own. */
  readonly label: string | null;
  readonly lastStartMs: number | null;
  /** The newest time of its instances, also of those that share a label; null: none is known. */
  readonly lastSeenMs: number | null;
}

export interface NamedPlaybook extends PlaybookLabel {
  /** The data class of its newest run. */
  readonly dataclass: string;
}
