import { expect, test } from 'vitest';
import type { Replicas } from '../../src/ledger/replicas.ts';
import { LedgerError } from '../../src/ledger/store.ts';

/** One of several exporters on one store. */
export interface Joined {
  readonly replicas: Replicas;
  /** A change of the ledger of this task. */
  commit(task: string): Promise<void>;
}

export interface SharedStore {
  readonly leaseMs: number;
  join(): Promise<Joined>;
  /** So much time passes for everybody. */
  pass(ms: number): Promise<void>;
}

export interface ReplicasKind {
  create(): Promise<SharedStore>;
}

/** What every implementation of `Replicas` must do. */
export function describeReplicas({ create }: ReplicasKind): void {
  async function two() {
    const store = await create();
    const [a, b] = [await store.join(), await store.join()];
    return { store, leaseMs: store.leaseMs, a, b, pass: store.pass };
  }
  const look = ({ replicas }: Joined) => replicas.look({ scrapedAgoMs: null });
  const take = ({ replicas }: Joined, ...tasks: string[]) => replicas.take(tasks, tasks.length);
  const holderOf = async (by: Joined, task: string) => (await look(by)).tasks.get(task)?.holder;
  const isLost = (work: Promise<void>) =>
    work.then(
      () => false,
      (error) => {
        expect(error).toBeInstanceOf(LedgerError);
        return (error as LedgerError).isLost;
      },
    );

  test('each has a name of its own, and they know each other once each has looked', async () => {
    const { a, b } = await two();
    expect(a.replicas.name).not.toBe(b.replicas.name);
    expect((await look(a)).replicas).toEqual([{ name: a.replicas.name, scrapedAgoMs: null }]);
    await look(b);
    const names = (await look(a)).replicas.map(({ name }) => name);
    expect(names).toEqual([a.replicas.name, b.replicas.name].sort());
  });

  test('one that has not looked for as long as a lease lasts is not among the living', async () => {
    const { a, b, leaseMs, pass } = await two();
    await look(a);
    await pass(leaseMs - 1_000);
    await look(b);
    expect((await look(b)).replicas).toHaveLength(2);
    await pass(1_001);
    expect((await look(b)).replicas.map(({ name }) => name)).toEqual([b.replicas.name]);
  });

  test('all know when one was scraped last', async () => {
    const { a, b, pass } = await two();
    await look(b);
    await a.replicas.look({ scrapedAgoMs: 2_000 });
    const scrapedAgo = async () =>
      (await look(b)).replicas.find(({ name }) => name === a.replicas.name)?.scrapedAgoMs ?? 0;
    expect(await scrapedAgo()).toBeGreaterThanOrEqual(2_000);
    expect(await scrapedAgo()).toBeLessThan(4_000);
    await pass(1_000);
    await a.replicas.look({ scrapedAgoMs: 3_000 });
    expect(await scrapedAgo()).toBeGreaterThanOrEqual(3_000);
    await a.replicas.look({ scrapedAgoMs: 0 });
    expect(await scrapedAgo()).toBeLessThan(1_000);
    await pass(5_000);
    expect(await scrapedAgo()).toBeGreaterThanOrEqual(5_000);
  });

  test('takes in the given order, at most so many, and not what it has', async () => {
    const { a } = await two();
    expect(await a.replicas.take(['x', 'y', 'z'], 2)).toEqual(['x', 'y']);
    expect(await a.replicas.take(['z', 'y', 'x'], 3)).toEqual(['z']);
    expect(await a.replicas.take(['x'], 0)).toEqual([]);
    expect(await a.replicas.take([], 5)).toEqual([]);
    expect(['x', 'y', 'z', 'w'].map((task) => a.replicas.holds(task))).toEqual([true, true, true, false]);
  });

  test('what one has nobody else takes, and all see who has it', async () => {
    const { a, b } = await two();
    expect(await take(a, 'x')).toEqual(['x']);
    expect(await take(b, 'x', 'y')).toEqual(['y']);
    expect(b.replicas.holds('x')).toBe(false);
    const { tasks } = await look(b);
    expect([tasks.get('x')?.holder, tasks.get('y')?.holder]).toEqual([a.replicas.name, b.replicas.name]);
  });

  test('several that take at once share without overlap, and nothing is left', async () => {
    const store = await create();
    const all = await Promise.all([store.join(), store.join(), store.join()]);
    const tasks = Array.from({ length: 50 }, (_, i) => `task ${i}`);
    const taken = await Promise.all(all.map((one, i) => one.replicas.take(i === 1 ? tasks.toReversed() : tasks, 50)));
    expect(taken.flat().sort()).toEqual(tasks.toSorted());
    for (const [i, one] of all.entries()) {
      const { tasks: seen } = await look(one);
      expect([...seen].filter(([, { holder }]) => holder === one.replicas.name)).toHaveLength(taken[i]?.length ?? -1);
      for (const task of taken[i] ?? []) await one.commit(task);
    }
  });

  test('looking keeps a lease', async () => {
    const { a, b, leaseMs, pass } = await two();
    await take(a, 'x');
    for (let i = 0; i < 6; i++) {
      await pass(leaseMs / 2);
      await look(a);
      expect(await take(b, 'x')).toEqual([]);
    }
    expect(a.replicas.holds('x')).toBe(true);
    await a.commit('x');
  });

  test('one that stops looking loses its leases, and its changes are refused', async () => {
    const { a, b, leaseMs, pass } = await two();
    await take(a, 'x');
    await pass(leaseMs);
    expect(await holderOf(b, 'x')).toBe(null);
    expect(await take(b, 'x')).toEqual(['x']);
    expect(await isLost(a.commit('x'))).toBe(true);
    expect(await holderOf(a, 'x')).toBe(b.replicas.name);
    expect(a.replicas.holds('x')).toBe(false);
    await b.commit('x');
  });

  test('a lease that ran out goes on if nobody has taken it', async () => {
    const { a, b, leaseMs, pass } = await two();
    await take(a, 'x');
    await pass(2 * leaseMs);
    expect(await holderOf(a, 'x')).toBe(a.replicas.name);
    expect(a.replicas.holds('x')).toBe(true);
    await a.commit('x');
    expect(await take(b, 'x')).toEqual([]);
  });

  test('a change of an earlier lease is refused, also if nobody has the lease now', async () => {
    const { a, b, leaseMs, pass } = await two();
    await take(a, 'x');
    await pass(leaseMs);
    await take(b, 'x');
    await b.replicas.release(['x']);
    expect(await isLost(a.commit('x'))).toBe(true);
  });

  test('one that comes back after a pause takes only what is free', async () => {
    const { a, b, leaseMs, pass } = await two();
    await take(a, 'x', 'y');
    await pass(leaseMs);
    await take(b, 'x');
    await look(a);
    expect([a.replicas.holds('x'), a.replicas.holds('y')]).toEqual([false, true]);
    expect(await take(a, 'x', 'y')).toEqual([]);
    await b.replicas.release(['x']);
    expect(await take(a, 'x', 'y')).toEqual(['x']);
    await a.commit('x');
    await a.commit('y');
  });

  test('what is given back can be taken at once, and only the rest is kept', async () => {
    const { a, b } = await two();
    await take(a, 'x', 'y');
    await a.replicas.release(['x', 'unknown']);
    expect(a.replicas.holds('x')).toBe(false);
    expect(await isLost(a.commit('x'))).toBe(true);
    expect(await holderOf(b, 'x')).toBe(null);
    expect(await take(b, 'x', 'y')).toEqual(['x']);
    await a.replicas.release(['x']);
    await b.commit('x');
  });

  test('one that leaves gives all back and is gone, and may come again', async () => {
    const { a, b } = await two();
    await look(a);
    await take(a, 'x', 'y');
    await a.replicas.leave();
    expect([a.replicas.holds('x'), a.replicas.holds('y')]).toEqual([false, false]);
    const { replicas, tasks } = await look(b);
    expect(replicas.map(({ name }) => name)).toEqual([b.replicas.name]);
    expect(tasks.get('x')?.holder).toBe(null);
    expect(await take(b, 'x')).toEqual(['x']);
    expect(await isLost(a.commit('y'))).toBe(true);
    expect((await look(a)).replicas).toHaveLength(2);
    expect(await take(a, 'x', 'y')).toEqual(['y']);
  });

  test('the version grows with each change of the ledger and with what is told', async () => {
    const { a, b } = await two();
    await take(a, 'x');
    const version = async () => (await look(b)).tasks.get('x')?.version ?? Number.NaN;
    const first = await version();
    await a.commit('x');
    expect(await version()).toBeGreaterThan(first);
    const second = await version();
    await b.replicas.tell('x', () => 'news');
    expect(await version()).toBeGreaterThan(second);
    const third = await version();
    await look(a);
    expect(await version()).toBe(third);
  });

  test('what is told is known to all, whoever tells, with its age', async () => {
    const { a, b, pass } = await two();
    const value = { text: 'a\u0000b\ud800"\\', list: [1.5, null, true], nested: { empty: {} } };
    expect(await a.replicas.tell('x', (before) => (before === null ? value : 'something was told before'))).toEqual(
      value,
    );
    await b.replicas.tell('y', () => 2);
    expect((await b.replicas.told(['x', 'y', 'z'])).size).toBe(2);
    await pass(4_000);
    const told = await b.replicas.told(['x']);
    expect(told.get('x')?.value).toEqual(value);
    expect(told.get('x')?.agoMs).toBeGreaterThanOrEqual(4_000);
    expect(told.get('x')?.agoMs).toBeLessThan(8_000);
    expect((await look(a)).tasks.get('x')).toMatchObject({ holder: null });
    expect(await a.replicas.told([])).toEqual(new Map());
  });

  test('a task may have any name', async () => {
    const { a, b } = await two();
    const odd = 'a\u0000b\ud800 "\\u0000" — \u{1f600}';
    expect(await take(a, odd)).toEqual([odd]);
    await a.commit(odd);
    await b.replicas.tell(odd, () => 1);
    expect([...(await b.replicas.told([odd])).keys()]).toEqual([odd]);
    expect(await holderOf(b, odd)).toBe(a.replicas.name);
    await a.replicas.release([odd]);
    expect(await take(b, odd)).toEqual([odd]);
  });

  test('who tells learns who has the lease', async () => {
    const { a, b } = await two();
    const tellHolder = (_: unknown, holder: string | null) => holder;
    expect(await b.replicas.tell('x', tellHolder)).toBeNull();
    await take(a, 'x');
    for (const { replicas } of [a, b]) expect(await replicas.tell('x', tellHolder)).toBe(a.replicas.name);
    await a.replicas.release(['x']);
    expect(await b.replicas.tell('x', tellHolder)).toBeNull();
  });

  test('of what several tell at once none is lost', async () => {
    const store = await create();
    const all = await Promise.all([store.join(), store.join(), store.join()]);
    const add = (before: unknown) => Number(before) + 1;
    const told = await Promise.all(
      Array.from({ length: 8 }, () => all.map(({ replicas }) => replicas.tell('x', add))).flat(),
    );
    expect(told.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
    expect((await all[0].replicas.told(['x'])).get('x')?.value).toBe(24);
  });

  test('a change that throws tells nothing', async () => {
    const { a, b } = await two();
    await a.replicas.tell('x', () => 1);
    const refuse = () => {
      throw new LedgerError('no');
    };
    await expect(b.replicas.tell('x', refuse)).rejects.toThrow('no');
    expect((await a.replicas.told(['x'])).get('x')?.value).toBe(1);
    expect(await b.replicas.tell('x', () => 2)).toBe(2);
  });
}
