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

/** A call of a replica to the store that it shares. */
export type SharedCall = keyof Replicas | 'open' | 'create' | 'commit' | 'catchUp' | 'read';

/** What a test does to one replica. */
export interface Trouble {
  /** Called before each call, which fails with what it throws. */
  before(call: SharedCall): void | Promise<void>;
  /** Called after each call that has taken effect: it fails all the same with what this throws. */
  after?(call: SharedCall): void | Promise<void>;
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
  /** From before the renewal, as a replica reckons that doesn't know how long its call took. */
  let livesUntilMs = Number.NEGATIVE_INFINITY;
  const hasLapsed = () => nowMs() >= livesUntilMs;

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

  const calls: MemoryReplicas = {
    name,
    leaseMs,
    async look({ scrapedAgoMs }): Promise<Look> {
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
      const taken: string[] = [];
      for (const key of keys) {
        const task = taskOf(key);
        if (taken.length >= max || isMine(key) || !isFree(task)) continue;
        Object.assign(task, { holder: name, epoch: task.epoch + 1, expiresMs: nowMs() + leaseMs });
        if (held.size === 0) livesUntilMs = nowMs() + leaseMs;
        held.set(key, task.epoch);
        taken.push(key);
      }
      return taken;
    },
    async release(keys) {
      for (const key of keys) {
        if (isMine(key)) taskOf(key).holder = null;
        held.delete(key);
      }
    },
    holds: (key) => held.has(key) && !hasLapsed(),
    async tell(key, change) {
      const task = taskOf(key);
      const value = change(task.told?.value ?? null, task.holder);
      task.told = { value: JSON.parse(JSON.stringify(value)), atMs: nowMs() };
      task.version += 1;
      return structuredClone(task.told.value);
    },
    async told(keys) {
      return new Map<string, Told>(
        keys.flatMap((key) => {
          const told = tasks.get(key)?.told ?? null;
          return told === null ? [] : [[key, { value: structuredClone(told.value), agoMs: nowMs() - told.atMs }]];
        }),
      );
    },
    async leave() {
      for (const key of [...held.keys()]) if (isMine(key)) taskOf(key).holder = null;
      held.clear();
      replicas.delete(name);
    },
    committed(key) {
      if (!isMine(key)) throw new LedgerError('another replica has the lease', { isLost: true });
      taskOf(key).version += 1;
    },
  };
  return {
    ...calls,
    async look(self) {
      const sentMs = nowMs();
      const seen = await through('look', calls.look)(self);
      livesUntilMs = sentMs + leaseMs;
      return seen;
    },
    take: through('take', calls.take),
    release: through('release', calls.release),
    tell: through('tell', calls.tell),
    told: through('told', calls.told),
    leave: through('leave', calls.leave),
  };

  function through<A extends unknown[], R>(call: SharedCall, work: (...args: A) => Promise<R>) {
    return async (...args: A): Promise<R> => {
      await trouble?.before(call);
      const result = await work(...args);
      await trouble?.after?.(call);
      return result;
    };
  }
}
