/** What the ledger of one workspace says at one moment: all that the workflow metrics are made of. */
export interface Snapshot {
  /** A new series stands at 0 until it may be shown. */
  readonly counters: readonly (CounterKey & { readonly value: number })[];
  /** Of the series that are shown. Each bucket by itself, not cumulative; `le` in seconds, Infinity for the last. */
  readonly durations: readonly (SeriesKey & {
    readonly le: number;
    readonly count: number;
    readonly sumSeconds: number;
    /** The observation that came last. */
    readonly exemplar: Exemplar;
  })[];
  readonly window: readonly (SeriesKey & { readonly instances: number; readonly retries: number })[];
  readonly oldestOpen: readonly { readonly playbook: string; readonly status: string; readonly startTimeMs: number }[];
  readonly marks: readonly Mark[];
  /** Of playbooks with series of their own. */
  readonly labels: readonly PlaybookLabel[];
  /** Playbooks that share a label because there are too many. */
  readonly limitedPlaybooks: number;
  /** Remembered, open ones among them. */
  readonly instances: number;
  readonly openInstances: number;
  /** Whether every instance of the lookback has been read. */
  readonly windowComplete: boolean;
}

/** One observed end. */
export interface Exemplar {
  readonly instanceId: string;
  readonly seconds: number;
  readonly endTimeMs: number;
}

/** The labels that the workflow families share. */
export interface SeriesKey {
  /** A label value, not a name: two playbooks may share a name. */
  readonly playbook: string;
  readonly triggerType: string;
  /** '' for families that have no such label. */
  readonly status: string;
}

/** A counter's series; `timed` stands for the histogram of durations. */
export interface CounterKey extends SeriesKey {
  readonly counter: CounterName;
  /** '' for counters that have no such label. */
  readonly node: string;
}

export type CounterName = 'started' | 'completed' | 'retries' | 'timed' | 'failed_nodes';

/** The newest time of its kind: of a start where status is '', else of an end with that status. */
export interface Mark extends SeriesKey {
  readonly atMs: number;
}

/** The value of the label `playbook` that stands for one playbook under one name, given once and for good. */
export interface PlaybookLabel {
  /** '' where SecMaster gives none. */
  readonly playbookId: string;
  readonly name: string;
  readonly label: string;
}
