import type { Ledger, Store, WorkspaceId } from '../../ledger/store.ts';

/** The ledger of one workspace, opened once and held from poll to poll. */
export interface HeldLedger {
  /** null: there is none yet. */
  open(): Promise<Ledger | null>;
  create(nowMs: number, fromMinute: number): Promise<Ledger>;
}

export function createHeldLedger(store: Pick<Store, 'open' | 'create'>, workspace: WorkspaceId): HeldLedger {
  let held: Promise<Ledger | null> | null = null;

  function hold<T extends Ledger | null>(opening: Promise<T>): Promise<T> {
    held = opening;
    const release = () => {
      if (held === opening) held = null;
    };
    // The next caller tries again if there is none yet or if it can't be opened.
    opening.then((ledger) => ledger ?? release(), release);
    return opening;
  }

  return {
    // All callers share one handle, also those that ask at the same time.
    open: () => held ?? hold(store.open(workspace)),
    create: (nowMs, fromMinute) => hold(store.create(workspace, nowMs, fromMinute)),
  };
}
