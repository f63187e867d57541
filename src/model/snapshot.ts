import type { ExtraLabel } from './extra-labels.ts';

/** Label names and values as a family shows them, without `workspace`; the keys stand in the family's order. */
export type Labels = Readonly<Record<string, string>>;

/** `timed` stands for the histogram of durations. */
export const counterNames = ['started', 'completed', 'retries', 'timed', 'failed_nodes'] as const;
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
  readonly window: readonly WindowSeries[];
  readonly oldestOpen: readonly { readonly labels: Labels; readonly startTimeMs: number }[];
  /** When the newest instance began. */
  readonly lastStarts: readonly LastTime[];
  /** When the last instance ended with the status that the labels end in. */
  readonly lastCompletions: readonly LastTime[];
  /** Of playbooks with series of their own. */
  readonly playbooks: readonly NamedPlaybook[];
  /** Workflows and their versions, with runs that began within the lookback. */
  readonly workflows: readonly { readonly labels: Labels }[];
  /** When each version of a workflow first began. */
  readonly firstStarts: readonly LastTime[];
  /** Playbooks that share a label because there are too many. */
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

export interface NamedPlaybook extends PlaybookLabel {
  /** The data class of its newest run. */
  readonly dataclass: string;
}
