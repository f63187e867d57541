import { type Replicas, workspaceTask } from '../../src/ledger/replicas.ts';
import { type Ledger, LedgerError, type LedgerReads, type Store, type WorkspaceId } from '../../src/ledger/store.ts';
import { createTurns } from '../../src/ledger/turns.ts';
import type { MemoryReplicas, SharedCall, Trouble } from './memory-replicas.ts';
import { createMemoryStore, type Disk } from './memory-store.ts';

export interface SharedStoreOptions {
  readonly replicas: MemoryReplicas;
  readonly trouble?: Trouble;
  /** Called where a handle commits that has not caught up: a real store refuses that. */
  readonly onStale?: (change: string) => void;
}

/** One replica's store on a disk that several share. A handle sees what others have committed once it catches up. */
export function createSharedStore(disk: Disk, { replicas, trouble, onStale = () => {} }: SharedStoreOptions): Store {
  const local: Disk = new Map();
  const inner = createMemoryStore(local);
  const keyOf = ({ projectId, workspaceId }: WorkspaceId) => `${projectId}/${workspaceId}`;

  function pull(key: string): void {
    const tables = disk.get(key);
    if (tables !== undefined) local.set(key, tables);
  }

  async function through<T>(call: SharedCall, work: () => Promise<T> | T): Promise<T> {
    await trouble?.before(call);
    const result = await work();
    await trouble?.after?.(call);
    return result;
  }

  function handle(ledger: Ledger, workspace: WorkspaceId): Ledger {
    const key = keyOf(workspace);
    const inTurn = createTurns();
    let caughtUp = 0;
    function catchUp(): void {
      if (local.get(key) !== disk.get(key)) caughtUp++;
      pull(key);
    }
    /** It is not known what others have touched: anything. */
    function touched({ state, touched: own }: LedgerReads): ReadonlyMap<string, number> {
      return new Map([...state.runs.keys(), ...own.keys()].map((set) => [set, caughtUp + (own.get(set) ?? 0)]));
    }
    const own: Partial<Ledger> = {
      commit: (change) =>
        inTurn(async () => {
          await trouble?.before('commit');
          replicas.committed(workspaceTask(workspace));
          const before = local.get(key);
          if (before === undefined || before !== disk.get(key)) {
            onStale(change.kind);
            throw new LedgerError('the ledger has changed since it was read');
          }
          // Nothing else happens until it is on the disk.
          const done = ledger.commit(change);
          const after = local.get(key) ?? before;
          disk.set(key, after);
          await done;
          // A handle that gets no answer stays where it was.
          local.set(key, before);
          await trouble?.after?.('commit');
          local.set(key, after);
        }),
      catchUp: () => through('catchUp', catchUp),
      together: async (work) => {
        await through('catchUp', catchUp);
        return ledger.together((reads) => work({ ...reads, touched: touched(reads) }));
      },
      get touched() {
        return touched(ledger);
      },
    };
    return new Proxy(ledger, {
      get(one, name) {
        const mine = Reflect.get(own, name);
        if (mine !== undefined) return mine;
        const value: unknown = Reflect.get(one, name);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => through('read', () => Reflect.apply(value, one, args));
      },
    });
  }

  return {
    open: (workspace) =>
      through('open', async () => {
        pull(keyOf(workspace));
        const ledger = await inner.open(workspace);
        return ledger === null ? null : handle(ledger, workspace);
      }),
    create: (workspace, nowMs, fromMinute) =>
      through('create', async () => {
        const key = keyOf(workspace);
        replicas.committed(workspaceTask(workspace));
        if (disk.has(key)) throw new LedgerError('the ledger exists already');
        const ledger = await inner.create(workspace, nowMs, fromMinute);
        const tables = local.get(key);
        if (tables !== undefined) disk.set(key, tables);
        return handle(ledger, workspace);
      }),
    replicas: replicas as Replicas,
    close: async () => {},
  };
}
