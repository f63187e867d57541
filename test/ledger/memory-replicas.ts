import { randomUUID } from 'node:crypto';
import type { Look, Replicas, Told } from '../../src/ledger/replicas.ts';
import { LedgerError } from '../../src/ledger/store.ts';

/** What all replicas share, on a clock that the test turns. */
export interface SharedMemory {
  readonly nowMs: () => number;
  readonly leaseMs: number;
  readonly tasks: Map<string, SharedTask>;
  readonly replicas: Map<string, { seenMs: number; scrapedMs: number | null }>;
}

interface SharedTask {
  holder: string | null;
  epoch: number;
  expiresMs: number;
  version: number;
  told: { readonly value: unknown; readonly atMs: number } | null;
}

export function createSharedMemory(nowMs: () => number, leaseMs = 15_000): SharedMemory {
  return { nowMs, leaseMs, tasks: new Map(), replicas: new Map() };
}

/** What a test does to one replica. */
export interface Trouble {
  /** Called before each call, which fails with what it throws. */
  before(call: keyof Replicas): void | Promise<void>;
}

export interface MemoryReplicas extends Replicas {
  /** Grows the version of a task, as a commit to its ledger does. Fails unless this replica holds the lease. */
  committed(task: string): void;
}

/** Replicas without a database, for tests. */
export function createMemoryReplicas(
  shared: SharedMemory,
  { name = `replica-${randomUUID().slice(0, 4)}`, trouble }: { name?: string; trouble?: Trouble } = {},
): MemoryReplicas {
  const { nowMs, leaseMs, tasks, replicas } = shared;
  const held = new Map<string, number>();

  function taskOf(key: string): SharedTask {
    const known = tasks.get(key) ?? {
      holder: null,
      epoch: 0,
      expiresMs: Number.NEGATIVE_INFINITY,
      version: 0,
      told: null,
    };
    tasks.set(key, known);
    return known;
  }

  const isFree = ({ holder, expiresMs }: SharedTask) => holder === null || expiresMs <= nowMs();
  const isMine = (key: string) => {
    const { holder, epoch } = taskOf(key);
    return holder === name && epoch === held.get(key);
  };

  function alive(scrapedAgoMs: number | null): void {
    const scrapedMs = scrapedAgoMs === null ? null : nowMs() - scrapedAgoMs;
    replicas.set(name, { seenMs: nowMs(), scrapedMs });
  }

  return {
    name,
    leaseMs,
    async look({ scrapedAgoMs }): Promise<Look> {
      await trouble?.before('look');
      alive(scrapedAgoMs);
      for (const key of [...held.keys()]) {
        if (isMine(key)) taskOf(key).expiresMs = nowMs() + leaseMs;
        else held.delete(key);
      }
      const living = [...replicas].filter(([, { seenMs }]) => seenMs > nowMs() - leaseMs);
      return {
        replicas: living
          .map(([one, { scrapedMs }]) => ({ name: one, scrapedAgoMs: scrapedMs === null ? null : nowMs() - scrapedMs }))
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
        tasks: new Map(
          [...tasks].map(([key, task]) => [key, { holder: isFree(task) ? null : task.holder, version: task.version }]),
        ),
      };
    },
    async take(keys, max) {
      await trouble?.before('take');
      const taken: string[] = [];
      for (const key of keys) {
        const task = taskOf(key);
        if (taken.length >= max || isMine(key) || !isFree(task)) continue;
        Object.assign(task, { holder: name, epoch: task.epoch + 1, expiresMs: nowMs() + leaseMs });
        held.set(key, task.epoch);
        taken.push(key);
      }
      return taken;
    },
    async release(keys) {
      await trouble?.before('release');
      for (const key of keys) {
        if (isMine(key)) taskOf(key).holder = null;
        held.delete(key);
      }
    },
    holds: (key) => held.has(key),
    async tell(key, change) {
      await trouble?.before('tell');
      const task = taskOf(key);
      task.told = { value: JSON.parse(JSON.stringify(change(task.told?.value ?? null))), atMs: nowMs() };
      task.version += 1;
      return structuredClone(task.told.value);
    },
    async told(keys) {
      await trouble?.before('told');
      return new Map<string, Told>(
        keys.flatMap((key) => {
          const told = tasks.get(key)?.told ?? null;
          return told === null ? [] : [[key, { value: structuredClone(told.value), agoMs: nowMs() - told.atMs }]];
        }),
      );
    },
    async leave() {
      await trouble?.before('leave');
      for (const key of [...held.keys()]) if (isMine(key)) taskOf(key).holder = null;
      held.clear();
      replicas.delete(name);
    },
    committed(key) {
      if (!isMine(key)) throw new LedgerError('another replica has the lease', { isLost: true });
      taskOf(key).version += 1;
    },
  };
}
