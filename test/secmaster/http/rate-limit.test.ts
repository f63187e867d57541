import { expect, test } from 'vitest';
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
