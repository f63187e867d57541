import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRateLimiter } from '../../../src/secmaster/http/rate-limit.ts';
import { createManualClock } from '../../../src/simulator/manual-clock.ts';

const never = new AbortController().signal;

function setUp(perSecond: number) {
  const clock = createManualClock();
  const limiter = createRateLimiter(perSecond, clock);
  const startMs = clock.now();
  const sentAt: number[] = [];
  const send = async (signal = never) => {
    await limiter.usual(signal);
    sentAt.push(clock.now() - startMs);
  };
  return { clock, sentAt, send };
}

test('a few go at once, the rest evenly spaced', async () => {
  const { clock, sentAt, send } = setUp(10);
  const all = Promise.all(Array.from({ length: 7 }, () => send()));
  await clock.until(all);
  expect(sentAt).toEqual([0, 0, 0, 100, 200, 300, 400]);
});

test('a pause brings the burst back, but no more than that', async () => {
  const { clock, sentAt, send } = setUp(10);
  await clock.until(Promise.all([send(), send(), send(), send()]));
  await clock.turn(60_000);
  sentAt.length = 0;
  await clock.until(Promise.all([send(), send(), send(), send()]));
  expect(sentAt.map((ms) => ms - (sentAt[0] ?? 0))).toEqual([0, 0, 0, 100]);
});

test('fewer than one a second', async () => {
  const { clock, sentAt, send } = setUp(0.5);
  await clock.until(Promise.all(Array.from({ length: 5 }, () => send())));
  expect(sentAt).toEqual([0, 0, 0, 2_000, 4_000]);
});

test('who gives up while waiting fails at once', async () => {
  const { clock, send, sentAt } = setUp(1);
  await Promise.all([send(), send(), send()]);
  const caller = new AbortController();
  const waiting = send(caller.signal);
  caller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  expect(clock.sleeping()).toEqual([]);
  expect(sentAt).toHaveLength(3);
});

test('a local clock set back by an hour does not stop the requests for an hour', async () => {
  const { clock, send } = setUp(10);
  await Promise.all([send(), send(), send()]);
  clock.set(clock.now() - 3_600_000);
  const waiting = send();
  expect(clock.sleeping()).toEqual([100]);
  await clock.until(waiting);
});

describe('with others that share it', () => {
  /** When so many requests of each sharer are sent, all asked for at once. */
  async function sentBy(perSecond: number, sharers: number, each: number) {
    const clock = createManualClock();
    const startMs = clock.now();
    const sentAt: number[] = [];
    const limiters = Array.from({ length: sharers }, () => createRateLimiter(perSecond, clock, () => sharers));
    const asked = limiters.flatMap(({ usual }) =>
      Array.from({ length: each }, async () => {
        await usual(never);
        sentAt.push(clock.now() - startMs);
      }),
    );
    await clock.until(Promise.all(asked));
    return sentAt;
  }

  test.each([
    ['two', 10, 2],
    ['three', 10, 3],
    ['ten', 10, 10],
    ['three of one request in ten seconds', 0.1, 3],
    ['more than requests a second', 1, 7],
  ])('%s send no more than one would, but for one that each may send at once', async (_, perSecond, sharers) => {
    const sentAt = await sentBy(perSecond, sharers, 20);
    for (const from of sentAt) {
      const spanMs = 10_000 / perSecond;
      const within = sentAt.filter((ms) => ms >= from && ms < from + spanMs).length;
      expect(within).toBeLessThanOrEqual(10 + Math.max(3, sharers));
    }
    // And none is starved: together they get what one would.
    const lastMs = Math.max(...sentAt);
    expect(lastMs).toBeLessThanOrEqual((20 * sharers * 1_000) / perSecond);
  });

  test('whose number changes: the next requests follow the new share', async () => {
    const clock = createManualClock();
    let sharers = 1;
    const { usual } = createRateLimiter(10, clock, () => sharers);
    const took = async (requests: number) => {
      const fromMs = clock.now();
      for (let i = 0; i < requests; i++) await clock.until(usual(never));
      return clock.now() - fromMs;
    };
    await took(3);
    expect(await took(10)).toBe(1_000);
    sharers = 5;
    await took(1);
    expect(await took(10)).toBe(5_000);
    sharers = 1;
    await took(1);
    expect(await took(10)).toBe(1_000);
  });
});

describe('spare requests', () => {
  /** When these usual requests are sent, beside spare ones that go on and on or not. */
  async function usualTurns(perSecond: number, atMs: readonly number[], hasSpare: boolean) {
    const clock = createManualClock();
    const limiter = createRateLimiter(perSecond, clock);
    const startMs = clock.now();
    const end = new AbortController();
    let spare = 0;
    const spares = async () => {
      for (;;) {
        await limiter.spare(end.signal);
        spare++;
      }
    };
    const goingOn = hasSpare ? spares().catch(() => {}) : null;
    const turns: number[] = [];
    const usual = atMs.map(async (ms) => {
      await clock.sleep(ms);
      await limiter.usual(never);
      turns.push(clock.now() - startMs);
    });
    await clock.until(Promise.all(usual));
    const tookMs = clock.now() - startMs;
    end.abort();
    await goingOn;
    return { turns, spare, tookMs };
  }

  test.each([
    ['one a second', 1],
    ['ten a second', 10],
    ['one in ten seconds', 0.1],
  ])('of %s make no other request wait', async (_, perSecond) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 60_000 }), { minLength: 1, maxLength: 20 }), async (atMs) => {
        const [without, beside] = [
          await usualTurns(perSecond, atMs, false),
          await usualTurns(perSecond, atMs, true),
        ] as const;
        expect(beside.turns).toEqual(without.turns);
        // All together stay within the limit, but for the burst.
        expect(beside.spare + atMs.length).toBeLessThanOrEqual((beside.tookMs / 1000) * perSecond + 5);
      }),
      { numRuns: 20 },
    );
  });

  test('get all that the others leave, evenly spaced', async () => {
    const { spare, tookMs } = await usualTurns(10, [10_000], true);
    expect([spare, tookMs]).toEqual([100, 10_000]);
  });

  test('that nobody waits for any more end at once', async () => {
    const clock = createManualClock();
    const limiter = createRateLimiter(1, clock);
    await limiter.usual(never);
    const caller = new AbortController();
    const waiting = limiter.spare(caller.signal);
    caller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(clock.sleeping()).toEqual([]);
  });

  test('do not wait for an hour after the local clock was set back by one', async () => {
    const clock = createManualClock();
    const limiter = createRateLimiter(10, clock);
    await limiter.usual(never);
    clock.set(clock.now() - 3_600_000);
    const waiting = limiter.spare(never);
    expect(clock.sleeping()).toEqual([400]);
    await clock.until(waiting);
  });
});
