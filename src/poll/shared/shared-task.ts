import type { Replicas, Told } from '../../ledger/replicas.ts';

/** What one replica does for all, under a lease: the polls of a workspace, or a discovery of workspaces. */
export interface SharedTask {
  /** As the store knows it. */
  readonly task: string;
  /** For the log. */
  names(): { readonly workspace?: string | undefined; readonly workspace_id?: string | undefined };
  /** This replica has the lease from now on: nothing that it remembers of earlier polls holds. */
  begin(): void;
  /** The lease is lost, or is to be given back: ends what is under way. */
  end(): void;
  /** Whether something is under way: this replica neither takes nor gives back the lease meanwhile. */
  isUnderWay(): boolean;
  /** Whether there is something that others don't know yet, because the store could not be reached. */
  isUntold(): boolean;
  /** Whether SecMaster could not be reached from here in the last poll, and another replica may have better luck. */
  isCutOff(): boolean;
  /**
   * To be called when others may have changed something: shows what they did.
   *
   * @throws {LedgerError} what is shown stays as it is
   */
  follow(): Promise<void>;
}

/** A task as this replica sees it among the others. */
export interface TaskLink {
  readonly task: string;
  /** The name of this replica. */
  readonly replica: string;
  /** Whether this replica has the lease, as far as it knows. */
  isMine(): boolean;
  /** By the last look; null: nobody. */
  holder(): string | null;
  /** The replicas that lived at the last look. */
  living(): readonly string[];
  /** Why nobody knows how the task fares, for long; null: it is known. */
  outage(): string | null;
  tell: (change: Parameters<Replicas['tell']>[1]) => Promise<unknown>;
  /** null: nothing has been told. */
  told(): Promise<Told | null>;
}
