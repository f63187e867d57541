import type { FailedNode } from '../../model/failed-run.ts';
import type { Instance } from '../../model/instance.ts';

/** What the rest of the program asks of SecMaster; every call fails with a `SecMasterError` and nothing else. */
export interface SecMaster {
  /** SecMaster's time by the `Date` of its answers, the local clock until the first one. Milliseconds. */
  now(): number;
  /** The `Date` of the latest answer, cut to the second: never later than what that answer shows. `now` before the first. */
  answeredMs(): number;
  /** When the credentials in use expire; null: never, or none have been obtained yet. Milliseconds. */
  credentialsExpireAtMs(): number | null;
  /** Whether counts of lists are of all that matches, or also of rows that the filters leave out. */
  readonly countsLeftOut: boolean;
  listInstances(workspaceId: string, query: ListQuery, signal: AbortSignal): Promise<Page>;
  /** One instance with the nodes of its topology that have failed; fails as `bad_request` or `not_found` where it is unknown. */
  showInstance(workspaceId: string, instanceId: string, signal: AbortSignal): Promise<ShownInstance>;
  /** The name of a workspace of the project, null where the project has none of that id. */
  workspaceName(workspaceId: string, signal: AbortSignal): Promise<string | null>;
  /** The project's workspaces. Views are left out: they show instances of other workspaces. */
  listWorkspaces(signal: AbortSignal): Promise<readonly FoundWorkspace[]>;
}

export interface FoundWorkspace {
  readonly workspaceId: string;
  readonly name: string;
}

/** Parameters of the list call (docs/secmaster-api.md#query-parameters); absent ones are not sent. */
export interface ListQuery {
  readonly sortKey: 'create_time' | 'update_time';
  readonly sortDir: 'ASC' | 'DESC';
  /** At most `maxOffset`. */
  readonly offset: number;
  /** At most `pageSize`, which is the default here. */
  readonly limit?: number;
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly id?: string;
  readonly status?: string;
}

export const pageSize = 100;
export const maxOffset = 10_000;

export interface Page {
  /** SecMaster's own count of what the query matches; it may be capped. */
  readonly count: number | null;
  readonly instances: readonly Instance[];
  /** Rows that the filters of the configuration leave out, and how many of the instances stand before each. */
  readonly leftOut: readonly LeftOutRow[];
  /** Rows that could not be understood, each alone. */
  readonly rejected: readonly RejectedRow[];
}

export interface LeftOutRow extends Pick<Instance, 'id' | 'status' | 'endTimeMs' | 'retryCount'> {
  readonly after: number;
}

export interface ShownInstance extends Instance {
  readonly failedNodes: readonly FailedNode[];
}

export interface RejectedRow {
  readonly id: string | null;
  readonly reason: RejectionReason;
}

export const rejectionReasons = [
  'not_an_object',
  'no_id',
  'no_status',
  'bad_time',
  'bad_retry_count',
  'bad_field',
] as const;
export type RejectionReason = (typeof rejectionReasons)[number];
