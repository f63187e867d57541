/**
 * What exporters that share one store know of each other, and how they share the work: each task is done by the replica that holds its
 * lease, and what that replica says of it is known to all. All times are the store's own clock's, so nobody's clock matters.
 *
 * A task is a text: a workspace (`workspaceTask`), a discovery of workspaces, credentials that are being tried. The store knows nothing of
 * what tasks mean or what is told of them. Every call fails only with a `LedgerError`. Every implementation passes
 * test/ledger/replicas-contract.ts.
 */
export interface Replicas {
  /** Of this process, different from all others. Shown to users. */
  readonly name: string;
  /** How long a replica that died keeps its leases. */
  readonly leaseMs: number;
  /**
   * Says that this replica lives, renews its leases, and reads who else lives and what has changed: one or two transactions. To be called
   * about once a second.
   */
  look(self: { readonly scrapedAgoMs: number | null }): Promise<Look>;
  /**
   * Takes the leases of tasks that nobody holds or whose holder has died, at most `max` of them, in the given order. A task is known from
   * the first time that somebody takes it or tells of it. Never waits for another replica.
   *
   * @returns the tasks whose lease this replica has now and did not have before
   */
  take(tasks: readonly string[], max: number): Promise<readonly string[]>;
  /** Gives leases back, so that others may take them at once. */
  release(tasks: readonly string[]): Promise<void>;
  /** Whether this replica holds the lease, as far as it knows. A commit to a ledger finds out for certain. */
  holds(task: string): boolean;
  /**
   * Changes what all replicas know of a task, whoever holds it: one change after another, none lost. The version of the task grows.
   *
   * @param change gets what was told before (JSON; null: nothing) and who took the lease last (null: it was given back), and returns what is
   *   told now
   * @returns what is told now
   */
  tell(task: string, change: (before: unknown, holder: string | null) => unknown): Promise<unknown>;
  /** What was told of these tasks; those of which nothing was told are missing. */
  told(tasks: readonly string[]): Promise<ReadonlyMap<string, Told>>;
  /** Gives all leases back, and is no longer counted among the living. */
  leave(): Promise<void>;
}

export interface Look {
  /** Those that live, this one included, by name. */
  readonly replicas: readonly LivingReplica[];
  readonly tasks: ReadonlyMap<string, Task>;
}

export interface LivingReplica {
  readonly name: string;
  /** Since `/metrics` of this replica was last scraped; null: never. */
  readonly scrapedAgoMs: number | null;
}

export interface Task {
  /** The replica with the lease; null: nobody, or one that has died. */
  readonly holder: string | null;
  /** Grows with each commit to the workspace's ledger and each `tell`. */
  readonly version: number;
}

export interface Told {
  /** JSON. */
  readonly value: unknown;
  readonly agoMs: number;
}

/** The task of polling a workspace. A ledger of a store with replicas takes commits only from the replica that holds its lease. */
export function workspaceTask({
  projectId,
  workspaceId,
}: {
  readonly projectId: string;
  readonly workspaceId: string;
}) {
  return `workspace ${projectId}/${workspaceId}`;
}
