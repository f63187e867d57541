import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import { LedgerError } from '../../../src/ledger/store.ts';
import { keepSecret } from '../../../src/model/known-secrets.ts';
import { createCircuitBreaker } from '../../../src/secmaster/credentials/circuit-breaker.ts';
import { createSharedCircuit } from '../../../src/secmaster/credentials/shared-circuit.ts';
import { SecMasterError } from '../../../src/secmaster/http/errors.ts';
import { createManualClock, type ManualClock } from '../../../src/simulator/manual-clock.ts';
import { createMemoryReplicas, createSharedMemory, type SharedMemory } from '../../ledger/memory-replicas.ts';
import { inForm } from '../../support/form.ts';

const never = new AbortController().signal;
const key = '["ak_sk","AKIAQUITESECRETID"]';
const settle = async () => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
};

/** The one time, as a machine shows it whose clocks were set and started otherwise. */
const elsewhere = (clock: ManualClock, offMs: number): Clock => ({
  ...clock,
  now: () => clock.now() + offMs,
  elapsedMs: () => clock.elapsedMs() + Math.abs(offMs) * 3,
});

/** One replica whose calls end as the test says. */
function replicaOn(clock: ManualClock, shared: SharedMemory, { offMs = 0, name = 'a' } = {}) {
  let isAway = false;
  const calls: string[] = [];
  const trouble = {
    before: (call: string) => {
      calls.push(call);
      if (isAway) throw new LedgerError('the database is away');
    },
  };
  const replicas = createMemoryReplicas(shared, { name, trouble });
  const own = elsewhere(clock, offMs);
  const circuit = createSharedCircuit(key, replicas, own);
  const breaker = createCircuitBreaker(own, pino({ level: 'silent' }), circuit);
  let fingerprint = 'first';
  let begun = 0;
  const begin = (secondChance = () => false, signal = never) => {
    const ends: PromiseWithResolvers<void>[] = [];
    const attempt = () => {
      begun += 1;
      const end = Promise.withResolvers<void>();
      ends.push(end);
      return end.promise;
    };
    const operation = 'list_instances';
    const call = { operation, attempt, secondChance, refresh: async () => {}, fingerprint: () => fingerprint };
    const result = breaker.run(call, signal);
    result.catch(() => {});
    return {
      result,
      isBegun: () => ends.length > 0,
      accept: () => ends.at(-1)?.resolve(),
      refuse: (message = '401') => ends.at(-1)?.reject(new SecMasterError('unauthorized', operation, message)),
    };
  };
  const look = async () => {
    const { tasks } = await replicas.look({ scrapedAgoMs: null });
    await circuit.seen(tasks);
  };
  return {
    begin,
    look,
    calls,
    begun: () => begun,
    change: (to: string) => {
      fingerprint = to;
    },
    away: (is: boolean) => {
      isAway = is;
    },
  };
}

function setUp(options: Record<'a' | 'b' | 'c', { offMs?: number }> = { a: {}, b: {}, c: {} }) {
  const clock = createManualClock();
  const shared = createSharedMemory(clock.now);
  const of = (name: 'a' | 'b' | 'c') => replicaOn(clock, shared, { ...options[name], name });
  const [a, b, c] = [of('a'), of('b'), of('c')];
  const all = [a, b, c];
  /** One after the other, each replica looks each second. */
  const turn = async (ms: number) => {
    for (let left = ms; left > 0; left -= 1_000) {
      await clock.turn(Math.min(left, 1_000));
      for (const one of all) await one.look().catch(() => {});
    }
    await settle();
  };
  return { clock, shared, a, b, c, all, turn };
}

describe('credentials that nobody has tried', () => {
  test('are tried by one replica; once they are proven, all use them at once', async () => {
    const { a, b, c, clock } = setUp();
    const first = a.begin();
    await settle();
    const others = [b.begin(), b.begin(), c.begin()];
    await settle();
    expect([a.begun(), b.begun(), c.begun()]).toEqual([1, 0, 0]);
    first.accept();
    await clock.turn(500);
    await settle();
    expect([a.begun(), b.begun(), c.begun()]).toEqual([1, 2, 1]);
    for (const one of others) one.accept();
    await Promise.all(others.map(({ result }) => result));
  });

  test('and are refused: they wait on all replicas, with the reason', async () => {
    const { a, b, c, clock } = setUp();
    const first = a.begin();
    await settle();
    const second = b.begin();
    await settle();
    first.refuse('401 APIGW.0301: wrong key');
    await expect(first.result).rejects.toThrow('401 APIGW.0301: wrong key');
    await clock.turn(500);
    for (const one of [second, c.begin()]) {
      await expect(one.result).rejects.toThrow(
        'waiting until 2025-07-18T07:12:03.000Z because the credentials were refused: list_instances: 401 APIGW.0301: wrong key',
      );
    }
    expect([b.begun(), c.begun()]).toEqual([0, 0]);
  });

  test('are tried by another one once the first has died, within its lease', async () => {
    const { a, b, clock, shared } = setUp();
    a.begin();
    await settle();
    a.away(true);
    b.begin();
    await clock.turn(shared.leaseMs - 1);
    await settle();
    expect(b.begun()).toBe(0);
    await clock.turn(500);
    await settle();
    expect(b.begun()).toBe(1);
  });

  test('are tried by another one although the first lives, if its call hangs for longer than a lease', async () => {
    const { b, a, turn, shared } = setUp();
    a.begin();
    await settle();
    b.begin();
    await turn(shared.leaseMs - 1_000);
    expect(b.begun()).toBe(0);
    await turn(2_000);
    expect(b.begun()).toBe(1);
  });

  test('are tried by another one if the first has given up', async () => {
    const { a, b, clock } = setUp();
    const caller = new AbortController();
    const first = a.begin(undefined, caller.signal);
    const waiting = a.begin(undefined, caller.signal);
    await settle();
    const second = b.begin();
    await clock.turn(1_000);
    caller.abort();
    await expect(waiting.result).rejects.toMatchObject({ kind: 'aborted' });
    first.accept();
    await clock.turn(500);
    await settle();
    expect(second.isBegun()).toBe(true);
  });

  test('whose lease could not be given back, for the store was away, are free at the next look', async () => {
    const { a, b, turn } = setUp();
    const first = a.begin();
    await settle();
    a.away(true);
    first.refuse();
    await expect(first.result).rejects.toThrow('401');
    a.away(false);
    await turn(60_000);
    const again = b.begin();
    await settle();
    expect(again.isBegun()).toBe(true);
  });
});

describe('an open circuit', () => {
  test('reaches those that were closed at the next look, without a call to the store for each request', async () => {
    const { a, b, turn } = setUp();
    for (const one of [a, b]) {
      const call = one.begin();
      await settle();
      call.accept();
      await call.result;
    }
    await turn(2_000);
    const before = b.calls.filter((call) => call !== 'look').length;
    for (let i = 0; i < 50; i++) {
      const call = b.begin();
      await settle();
      call.accept();
      await call.result;
    }
    expect(b.calls.filter((call) => call !== 'look')).toHaveLength(before);
    const refused = a.begin();
    await settle();
    refused.refuse();
    await expect(refused.result).rejects.toThrow('401');
    await turn(1_000);
    await expect(b.begin().result).rejects.toThrow('waiting until 2025-07-18T07:12:05.000Z');
  });

  test('says the same each time, however often it is read', async () => {
    const { a, b, turn } = setUp();
    const first = a.begin();
    await settle();
    first.refuse();
    const messages = new Set<string>();
    for (let i = 0; i < 40; i++) {
      await turn(1_000);
      a.change(`${i}`);
      await b.begin().result.catch((error: Error) => messages.add(error.message));
    }
    expect(messages.size).toBe(1);
  });

  test('is probed by one replica, and closes for all', async () => {
    const { a, b, c, turn } = setUp();
    const first = a.begin();
    await settle();
    first.refuse();
    await turn(60_000);
    const probes = [b.begin(), c.begin(), a.begin()];
    await settle();
    expect(probes.filter(({ isBegun }) => isBegun())).toHaveLength(1);
    for (const one of probes) one.accept();
    await turn(1_000);
    expect(probes.filter(({ isBegun }) => isBegun())).toHaveLength(3);
  });

  test.each([-3_600_000, 3_600_000])(
    'lasts as long on a replica whose clock is off by %i ms, and says so in its own time',
    async (offMs) => {
      const { a, b, turn } = setUp({ a: {}, b: { offMs }, c: {} });
      const first = a.begin();
      await settle();
      first.refuse();
      await turn(59_000);
      const until = new Date(Date.parse('2025-07-18T07:12:03.000Z') + offMs).toISOString();
      await expect(b.begin().result).rejects.toThrow(`waiting until ${until} because`);
      await turn(1_000);
      const probe = b.begin();
      await settle();
      expect(probe.isBegun()).toBe(true);
    },
  );

  test('lets other credentials be tried at once, by one replica', async () => {
    const { all, a, turn } = setUp();
    const first = a.begin();
    await settle();
    first.refuse();
    await turn(1_000);
    for (const one of all) one.change('second');
    const calls = all.map((one) => one.begin());
    await settle();
    expect(calls.filter(({ isBegun }) => isBegun())).toHaveLength(1);
    for (const one of calls) one.accept();
    await turn(1_000);
    expect(calls.filter(({ isBegun }) => isBegun())).toHaveLength(3);
  });

  test('of one replica whose credentials are its own does not stop the others', async () => {
    const { a, b, turn } = setUp();
    b.change('its own');
    const good = b.begin();
    await settle();
    good.accept();
    await good.result;
    for (let i = 0; i < 10; i++) {
      const bad = a.begin();
      await settle();
      if (bad.isBegun()) bad.refuse();
      await turn(30_000);
      const still = b.begin();
      await settle();
      expect(still.isBegun()).toBe(true);
      still.accept();
      await still.result;
    }
  });
});

test('a second chance follows at once, before another replica has its first', async () => {
  const { a, b, turn } = setUp();
  const late = a.begin(() => true);
  await settle();
  const other = b.begin();
  await turn(1_000);
  late.refuse();
  await turn(1_000);
  expect([a.begun(), b.begun()]).toEqual([2, 0]);
  late.accept();
  await late.result;
  await turn(1_000);
  expect(other.isBegun()).toBe(true);
});

test('a replica that has not used credentials since they were proven long ago tries them alone', async () => {
  const { a, turn, clock, shared } = setUp();
  const first = a.begin();
  await settle();
  first.accept();
  await first.result;
  await turn(600_000);
  const [d, e] = [replicaOn(clock, shared, { name: 'd' }), replicaOn(clock, shared, { name: 'e' })];
  const calls = [d.begin(), d.begin(), e.begin()];
  await settle();
  expect(calls.filter(({ isBegun }) => isBegun())).toHaveLength(1);
  const used = a.begin();
  await settle();
  expect(used.isBegun()).toBe(true);
});

test('without the store each replica goes on alone, no faster than one process, and tells later', async () => {
  const { a, b, turn, clock } = setUp();
  a.away(true);
  const at: number[] = [];
  for (let second = 0; second < 600; second++) {
    const call = a.begin();
    await settle();
    if (call.isBegun()) {
      at.push(second);
      call.refuse();
    }
    await clock.turn(1_000);
  }
  expect(at).toEqual([0, 60, 180, 420]);
  a.away(false);
  await turn(1_000);
  await expect(b.begin().result).rejects.toThrow('waiting until');
});

test('what the store holds names neither key nor secret, and confirms no guess', async () => {
  const { a, shared, turn } = setUp();
  keepSecret('hunter2-correct-horse');
  const call = a.begin();
  await settle();
  call.refuse('401: got hunter2-correct-horse');
  await turn(1_000);
  const stored = JSON.stringify([...shared.tasks]);
  expect(stored).toContain('list_instances: 401: got <secret>');
  expect(stored).not.toContain('AKIA');
  expect(stored).toMatch(/"fingerprint":"[0-9a-f]{4}"/);
});

test.each([
  ['nothing that it knows', { later: 1 }],
  ['numbers that never end', { untilMs: 1e300 }],
])('what another version tells may be %s: it waits no longer than ever', async (_, odd) => {
  const { b, clock, shared } = setUp();
  const teller = createMemoryReplicas(shared);
  const probe = b.begin();
  await settle();
  probe.refuse();
  await settle();
  const [task = ''] = shared.tasks.keys();
  await teller.tell(task, (before) => {
    const circuit = before as { open: object };
    return 'later' in odd ? odd : { ...circuit, opened: 7, open: { ...circuit.open, ...odd } };
  });
  await b.look();
  await clock.turn(15 * 60_000);
  const again = b.begin();
  await settle();
  expect(again.isBegun()).toBe(true);
});

/** Replicas that poll workspaces with one key, which is bad for a while. */
interface World {
  readonly replicas: number;
  readonly workspaces: number;
  readonly pollSeconds: number;
  readonly latencyMs: number;
  readonly badFrom: number;
  readonly badFor: number;
  readonly offsMs: readonly number[];
}

/** All times are seconds. */
async function livedThrough({ replicas, workspaces, pollSeconds, latencyMs, badFrom, badFor, offsMs }: World) {
  const clock = createManualClock();
  const shared = createSharedMemory(clock.now);
  const startMs = clock.elapsedMs();
  const seconds = () => (clock.elapsedMs() - startMs) / 1_000;
  const isBad = () => seconds() >= badFrom && seconds() < badFrom + badFor;
  const refusals: { readonly begun: number; readonly at: number }[] = [];
  const succeeded: (number | undefined)[] = [];
  const all = Array.from({ length: replicas }, (_, n) => {
    const own = elsewhere(clock, offsMs[n] ?? 0);
    const mine = createMemoryReplicas(shared, { name: `r${n}` });
    const circuit = createSharedCircuit(key, mine, own);
    return { mine, circuit, breaker: createCircuitBreaker(own, pino({ level: 'silent' }), circuit) };
  });
  const attempt = async () => {
    const [begun, wasBad] = [seconds(), isBad()];
    await clock.sleep(latencyMs);
    if (!wasBad) return;
    refusals.push({ begun, at: seconds() });
    throw new SecMasterError('unauthorized', 'list_instances', '401');
  };
  const operation = 'list_instances';
  const poll = async (workspace: number) => {
    const call = {
      operation,
      attempt,
      secondChance: () => false,
      refresh: async () => {},
      fingerprint: () => 'the key',
    };
    const isDone = await all[workspace % replicas]?.breaker.run(call, never).then(
      () => true,
      () => false,
    );
    if (isDone) succeeded[workspace] ??= seconds() < badFrom + badFor ? undefined : seconds();
  };
  const end = badFrom + badFor + 1_000;
  for (let second = 0; second < end; second++) {
    for (let workspace = 0; workspace < workspaces; workspace++) {
      if (second % pollSeconds === workspace % pollSeconds) void poll(workspace);
    }
    for (const { mine, circuit } of all)
      void mine.look({ scrapedAgoMs: null }).then(({ tasks }) => circuit.seen(tasks));
    await clock.turn(1_000);
  }
  const [first] = refusals;
  // Within a second each replica has looked.
  const known = refusals.filter(({ begun }) => first !== undefined && begun > first.at + 1).map(({ at }) => at);
  const mostRefused = Math.max(0, ...known.map((from) => known.filter((at) => at >= from && at < from + 300).length));
  const recovered = Math.max(
    ...Array.from({ length: workspaces }, (_, workspace) => (succeeded[workspace] ?? end) - badFrom - badFor),
  );
  return { mostRefused, recovered };
}

const worlds = fc.record({
  workspaces: fc.integer({ min: 1, max: 30 }),
  pollSeconds: fc.constantFrom(5, 10, 30),
  latencyMs: fc.integer({ min: 1, max: 3_000 }),
  badFrom: fc.integer({ min: 0, max: 60 }),
  badFor: fc.integer({ min: 1, max: 1_500 }),
  offsMs: fc.array(fc.constantFrom(0, -3_600_000, 3_600_000), { minLength: 3, maxLength: 3 }),
});

test.each([1, 3])(
  'a key that turns bad and good again is refused as seldom by %i replicas, and recovers as soon',
  async (replicas) => {
    const property = fc.asyncProperty(worlds, async (world) => {
      const { mostRefused, recovered } = await livedThrough({ ...world, replicas });
      expect(mostRefused).toBeLessThanOrEqual(4);
      const longestWait = Math.min(900, Math.max(300, world.badFor + 60));
      expect(recovered).toBeLessThanOrEqual(longestWait + world.pollSeconds + (3 * world.latencyMs) / 1_000 + 2);
    });
    await fc.assert(property, { numRuns: inForm(8, 100) });
  },
);
