import type { Details } from './instance.ts';

/** A counted failed attempt of an instance. */
export interface FailedRun {
  readonly instanceId: string;
  /** From 1: how many have failed so far. */
  readonly attempt: number;
  readonly playbook: string;
  readonly triggerType: string;
  /** The instance's current status: it may have been retried since. */
  readonly status: string;
  readonly startTimeMs: number | null;
  readonly failedMs: number;
  readonly details: Details;
  /** The first ones; null until the topology has been read. */
  readonly nodes: readonly FailedNode[] | null;
  /** How many more have failed; absent: none. */
  readonly moreNodes?: number;
}

export interface FailedNode {
  /** The action's name. */
  readonly name: string;
  /** SecMaster's message, which may contain anything the playbook handled. */
  readonly error: string;
  /** Absent: SecMaster gives none, or none that can be one. */
  readonly startMs?: number;
  readonly endMs?: number;
}

/** Failed nodes of an attempt that are kept, logged and shown with their messages. */
export const maxKeptNodes = 20;
