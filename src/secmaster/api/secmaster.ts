import type { FailedNode } from '../../model/failed-run.ts';
import type { Instance } from '../../model/instance.ts';
import type { ListedPlaybook } from '../../model/listed-playbook.ts';
import type { DateForm } from '../../model/profile.ts';
import type { TimedNode } from '../../model/timed-node.ts';

/** The calls of SecMaster that the rest of the program makes. Every failure is a `SecMasterError`. */
export interface SecMaster {
  /** SecMaster's time by the `Date` of its responses, or the local clock's before the first one. Milliseconds. */
  now(): number;
  /**
   * The `Date` of the latest response, in whole seconds: never later than what that response shows. null if it has none, one that
   * stands still, or one that others contradict.
   */
  answeredMs(): number | null;
  /** By how much `Date` and the local clock differ, and what to check; null: by less than a minute, or only one tells the time. */
  clockProblem(): string | null;
  /** When the credentials in use expire; null: never, or none have been obtained yet. Milliseconds. */
  credentialsExpireAtMs(): number | null;
  /** Whether the counts of lists include rows that are filtered out here, because SecMaster could not filter them. */
  readonly countsFilteredOut: boolean;
  /** The trigger types that the configured filters let pass; none, or absent: all. */
  readonly onlyTriggerTypes?: readonly string[];
  listInstances(workspaceId: string, query: ListQuery, signal: AbortSignal): Promise<Page>;
  /** One instance with the nodes of its topology; fails as `bad_request` or `not_found` if it is unknown. */
  showInstance(
    workspaceId: string,
    instanceId: string,
    signal: AbortSignal,
    priority?: Priority,
  ): Promise<ShownInstance>;
  /** The name of a workspace of the project; null if the project has no workspace with that id. */
  workspaceName(workspaceId: string, signal: AbortSignal, watch?: ListWatch): Promise<string | null>;
  /** The project's workspaces without its views, which show instances of other workspaces. */
  listWorkspaces(signal: AbortSignal, watch?: ListWatch): Promise<readonly FoundWorkspace[]>;
  /** The workspace's playbooks that pass the configured filters, to the end of the list. It needs a permission of its own. */
  listPlaybooks(workspaceId: string, signal: AbortSignal): Promise<PlaybookList>;
}

/** Requests for one reading of the list of playbooks, whatever SecMaster says. */
export const maxPlaybookRequests = 22;

export interface PlaybookList {
  /** Each once. */
  readonly playbooks: readonly ListedPlaybook[];
  /** Rows without an id that could be read. */
  readonly unreadable: number;
  /** Whether there can't be playbooks that were not met. */
  readonly isComplete: boolean;
  /** What was unexpected. */
  readonly problem: string | null;
}

/** `spare`: sent only when nothing else wants to be, so that no other request waits for it. */
export type Priority = 'usual' | 'spare';

/** How far a list of workspaces has been read. */
export interface ListProgress {
  readonly pages: number;
  readonly workspaces: number;
  /** SecMaster's own, on the latest page. */
  readonly count: number | null;
}

export interface ListEnd extends ListProgress {
  /** Whether there can't be workspaces that were not met. */
  readonly isComplete: boolean;
  /** What was unexpected. */
  readonly problem: string | null;
}

export interface ListWatch {
  /** Called after each page. */
  readonly onPage?: (read: ListProgress) => void;
  /** Called at the end of the list. */
  readonly onEnd?: (end: ListEnd) => void;
}

export interface FoundWorkspace {
  readonly workspaceId: string;
  readonly name: string;
}

/** Parameters of the list call (docs/secmaster-api.md#query-parameters); absent ones are not sent. */
export interface ListQuery {
  readonly sortKey?: 'create_time' | 'update_time' | undefined;
  readonly sortDir?: 'ASC' | 'DESC' | undefined;
  /** At most `maxOffset`. */
  readonly offset: number;
  /** At most `pageSize`, which is the default here. */
  readonly limit?: number;
  readonly fromMs?: number;
  readonly toMs?: number;
  /** How both are written. */
  readonly dateForm?: DateForm;
  readonly id?: string;
  readonly status?: string;
  readonly triggerType?: string;
}

export const pageSize = 100;
export const maxOffset = 10_000;

export interface Page {
  /** SecMaster's own count of what the query matches; it may be capped. */
  readonly count: number | null;
  /** Of all rows in their order; null: unreadable. */
  readonly ids: readonly (string | null)[];
  readonly instances: readonly Instance[];
  /** Rows that the configured filters exclude, each with the number of instances before it on the page. */
  readonly filteredOut: readonly FilteredOutRow[];
  /** Rows that could not be understood. */
  readonly rejected: readonly RejectedRow[];
}

export interface FilteredOutRow extends Pick<Instance, 'id' | 'status' | 'endTimeMs' | 'retryCount'> {
  readonly after: number;
}

export interface ShownInstance extends Instance {
  /** Whether it passes the configured filters. */
  readonly isWanted: boolean;
  /** All of them; only the first have their messages. */
  readonly failedNodes: readonly FailedNode[];
  /** Each once, up to a number. */
  readonly timedNodes: readonly TimedNode[];
  /** Its nodes are another instance's. */
  readonly hasTopologyOfAnother?: true;
}

export interface RejectedRow {
  readonly id: string | null;
  readonly reason: RejectionReason;
}

export const rejectionReasons = [
  'not_an_object',
  'no_id',
  'bad_id',
  'no_status',
  'bad_time',
  'bad_retry_count',
  'bad_field',
] as const;
export type RejectionReason = (typeof rejectionReasons)[number];
