import type { FailedNode } from '../model/failed-run.ts';
import type { Profile } from '../model/profile.ts';
import type { CounterSeries, Exemplar, Labels, LastTime } from '../model/snapshot.ts';
import type { Entry } from './entry.ts';
import type { KeptPlaybook } from './kept-playbook.ts';
import type { LabelValue, ValueLabel } from './label-values.ts';
import type { MetPlaybook } from './met-playbook.ts';
import type { EndedAttempts } from './topologies.ts';
import type { PlaybookDataclass, Version, VersionChanges } from './versions.ts';
import type { CellChange } from './window.ts';

/** What one commit writes: all of it, or nothing after a crash. */
export type Change =
  /** Only a page of rows. */
  | { readonly kind: 'page'; readonly page: PageChange }
  /** The last page of a complete tail. */
  | {
      readonly kind: 'tail_ended';
      readonly page: PageChange;
      /** When the tail started. */
      readonly beganMs: number;
      readonly sweep: readonly SweepPart[];
      readonly recheck: Recheck | null;
      /** It may not have shown everything that has changed since the one before. */
      readonly hasGap?: boolean;
    }
  | {
      readonly kind: 'sweep_step';
      /** null: SecMaster refused the query. */
      readonly page: PageChange | null;
      readonly item: number;
      readonly outcome: SweepOutcome;
    }
  /** More is to be swept, and some instances are to be rechecked. */
  | {
      readonly kind: 'sweep_planned';
      readonly sweep: readonly SweepPart[];
      readonly recheck: Recheck | null;
      /** Where the history begins that is planned to be read; absent: none is. */
      readonly historyFromMs?: number;
    }
  | { readonly kind: 'profile_learned'; readonly profile: Profile }
  /** SecMaster knows the instance, but its row was rejected. */
  | { readonly kind: 'instance_seen'; readonly id: string; readonly atMs: number }
  /** SecMaster no longer knows these instances: they leave the gauges. */
  | {
      readonly kind: 'instances_gone';
      readonly entries: readonly Entry[];
      readonly cells: readonly CellChange[];
      readonly atMs: number;
    }
  /** The topology of an attempt has been read, or will not be read. */
  | {
      readonly kind: 'nodes_read';
      readonly id: string;
      readonly attempt: number;
      readonly result: 'read' | 'skipped' | 'failed';
      /** Failed ones to keep; null: the attempt has not failed. */
      readonly nodes: readonly FailedNode[] | null;
      /** How many more have failed; absent: none. */
      readonly moreNodes?: number;
      readonly counters: readonly CounterChange[];
      /** Of its nodes; absent: none. */
      readonly durations?: readonly DurationChange[];
      /** Values of labels that are new, or share `other`; absent: none. */
      readonly values?: readonly LabelValue[];
    }
  /** SecMaster's list of playbooks as it is known now, and the names in it that are new. */
  | {
      readonly kind: 'playbooks_listed';
      readonly listed: readonly KeptPlaybook[];
      /** When it was read; null: nothing is known of it. */
      readonly atMs: number | null;
      readonly playbooks: readonly MetPlaybook[];
    }
  /** The topologies of these instances are not going to be read. */
  | { readonly kind: 'topologies_given_up'; readonly ids: readonly string[] }
  | { readonly kind: 'window_moved'; readonly fromMinute: number; readonly sweep: readonly SweepPart[] }
  | { readonly kind: 'named'; readonly name: string }
  /** Pending series to expose with their values from now on. */
  | { readonly kind: 'exposed'; readonly series: readonly CounterSeries[] }
  | { readonly kind: 'poll_succeeded'; readonly atMs: number }
  | {
      readonly kind: 'pruned';
      readonly ids: readonly string[];
      /** Labels of playbooks whose series disappear. */
      readonly playbooks: readonly string[];
      /** Label sets of runs, without a status, whose series disappear with any status; absent: none. */
      readonly labelled?: readonly Labels[];
      /** Names and values that nothing shows any more; absent: none. */
      readonly forgotten?: Forgotten;
      readonly beforeMs: number;
    };

export interface Forgotten {
  readonly playbooks: readonly { readonly playbookId: string; readonly name: string }[];
  readonly values: readonly { readonly label: ValueLabel; readonly value: string }[];
  readonly versions: readonly Version[];
  /** Labels of playbooks. */
  readonly dataclasses: readonly PlaybookDataclass['playbook'][];
}

/** What the rows of one page change, or of several that are committed together. */
export interface PageChange {
  /** Instances that are new or have changed. */
  readonly entries: readonly Entry[];
  /** The label sets that they belong to, or belonged to before. */
  readonly touched: readonly Labels[];
  /** How many of them were unknown. */
  readonly added: number;
  /** Instances of unchanged rows that are open or to be rechecked. */
  readonly seen: readonly string[];
  /** When they were read. SecMaster's time. */
  readonly atMs: number;
  readonly playbooks: readonly MetPlaybook[];
  /** Values of labels that are new, or share `other`. */
  readonly values: readonly LabelValue[];
  readonly counters: readonly CounterChange[];
  readonly durations: readonly DurationChange[];
  /** Newly found failed attempts; a known one stays unchanged. */
  readonly failures: readonly FailedAttempt[];
  /** Attempts that ended, of those whose topology is wanted; absent: none is. */
  readonly ended?: EndedAttempts;
  readonly cells: readonly CellChange[];
  readonly lastStarts: readonly LastTime[];
  readonly lastCompletions: readonly LastTime[];
  readonly versions: VersionChanges;
}

export interface CounterChange extends CounterSeries {
  /** 0 creates the series. */
  readonly by: number;
}

/** One more observation in a bucket. */
export interface DurationChange {
  readonly labels: Labels;
  /** The bucket's upper bound in seconds, Infinity for the last. */
  readonly le: number;
  readonly observed: Exemplar;
}

export interface FailedAttempt {
  readonly id: string;
  /** From 1, and on where the instance is run again. */
  readonly attempt: number;
  readonly failedMs: number;
}

/** Instances that SecMaster may have changed unseen: open ones and those with a status, or those started in a span of time. */
export type Recheck = { readonly status: string } | { readonly fromMs: number; readonly toMs: number };

/**
 * A part of SecMaster's instances to be read: those created in [fromMs, toMs), or at any time if both are null. With only `fromMs`, it
 * is read without dates, from the newest down to those started before `fromMs`.
 */
export interface SweepPart {
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly status: string | null;
  readonly triggerType: string | null;
  /** Read from the other end, where the newest are too many to be paged through. */
  readonly oldestFirst: boolean;
  /**
   * `gap`: it may hold instances that have never been read. `audit`: it has been read before, and is held against the ledger.
   * `history`: it ended before the ledger was created.
   */
  readonly purpose: 'gap' | 'audit' | 'history';
}

export interface SweepItem extends SweepPart {
  readonly key: number;
  /** When it was last found that it can't be read completely; null: never. */
  readonly triedMs: number | null;
}

export type SweepOutcome =
  /** More of the item follows. */
  | { readonly kind: 'more' }
  | { readonly kind: 'done' }
  /** It was the whole list, so nothing else is left to be read either. */
  | { readonly kind: 'all_done' }
  /** These are read instead. */
  | { readonly kind: 'instead'; readonly items: readonly SweepPart[] }
  /** It is not tried again: of what it may hold, only ends since then are known. These parts of it can be read. */
  | { readonly kind: 'given_up'; readonly knownSinceMs: number; readonly items: readonly SweepPart[] }
  /** It can't be read completely for now; these parts of it can. */
  | { readonly kind: 'tried'; readonly atMs: number; readonly items: readonly SweepPart[] };
