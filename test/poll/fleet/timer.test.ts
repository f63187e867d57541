import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cronProblem, type Pollable, startTimer } from '../../../src/poll/fleet/timer.ts';
import { report } from '../../support/metrics/report.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-07-18T12:00:00.500Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

const clock = { now: () => Date.now(), elapsedMs: () => performance.now(), sleep: (ms: number) => sleep(ms) };
const log = pino({ level: 'silent' });
const everyTenSeconds = { schedule: '*/10 * * * * *', concurrency: 2 };

/** A workspace whose polls take so long, and what was asked of it. */
function workspaceTaking(ms: number) {
  const calls: { hasTimeLeft: () => boolean; signal: AbortSignal }[] = [];
  let under = 0;
  let max = 0;
  const workspace: Pollable = {
    report,
    async poll(signal, hasTimeLeft) {
      calls.push({ hasTimeLeft, signal });
      max = Math.max(max, ++under);
      await new Promise<void>((resolve) => {
        setTimeout(resolve, ms);
        signal.addEventListener('abort', () => resolve());
      });
      under--;
    },
  };
  return { workspace, calls, max: () => max };
}

test('polls at once, and then on schedule until it is stopped', async () => {
  const { workspace, calls } = workspaceTaking(100);
  const timer = startTimer(() => [workspace], everyTenSeconds, clock, log);
  await vi.advanceTimersByTimeAsync(0);
  expect(calls).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(calls).toHaveLength(4);
  await timer.stop();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(calls).toHaveLength(4);
});

test('polls of a workspace never overlap, and a slow one does not delay other workspaces', async () => {
  const slow = workspaceTaking(25_000);
  const quick = workspaceTaking(100);
  const timer = startTimer(() => [slow.workspace, quick.workspace], everyTenSeconds, clock, log);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(slow.max()).toBe(1);
  expect(slow.calls).toHaveLength(3);
  expect(quick.calls).toHaveLength(7);
  await timer.stop();
});

test('at most `concurrency` workspaces are polled at the same time', async () => {
  let under = 0;
  let max = 0;
  const workspaces = Array.from({ length: 5 }, () => {
    const poll = async () => {
      max = Math.max(max, ++under);
      await new Promise((resolve) => setTimeout(resolve, 100));
      under--;
    };
    return { report, poll };
  });
  const timer = startTimer(() => workspaces, everyTenSeconds, clock, log);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(max).toBe(2);
  await timer.stop();
});

test('a sweep has time left until the next poll is due, and none while another workspace waits', async () => {
  const [one, two, three] = [workspaceTaking(1_000), workspaceTaking(100_000), workspaceTaking(100_000)];
  const timer = startTimer(() => [one.workspace, two.workspace, three.workspace], everyTenSeconds, clock, log);
  await vi.advanceTimersByTimeAsync(10);
  const hasTimeLeft = two.calls[0]?.hasTimeLeft ?? (() => true);
  expect(hasTimeLeft()).toBe(false);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(hasTimeLeft()).toBe(true);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(hasTimeLeft()).toBe(false);
  await timer.stop();
});

test('a stop aborts the running polls and starts none that wait', async () => {
  const [one, two, three] = [workspaceTaking(1e9), workspaceTaking(1e9), workspaceTaking(1e9)];
  const timer = startTimer(() => [one.workspace, two.workspace, three.workspace], everyTenSeconds, clock, log);
  await vi.advanceTimersByTimeAsync(10);
  await timer.stop();
  expect(one.calls[0]?.signal.aborted).toBe(true);
  expect(three.calls).toHaveLength(0);
});

test.each([
  ['*/30 * * * * *', true],
  ['0 */5 * * * *', true],
  ['@every 30s', false],
  ['61 * * * * *', false],
  ['*/30 * * * *', false],
  ['', false],
])('%s is a cron expression with seconds: %s', (expression, isValid) => {
  expect(cronProblem(expression) === null).toBe(isValid);
});

test('a new schedule and concurrency apply while a poll is running', async () => {
  const slow = workspaceTaking(25_000);
  const others = [workspaceTaking(25_000), workspaceTaking(25_000)];
  const all = [slow, ...others].map(({ workspace }) => workspace);
  const timer = startTimer(() => all, { schedule: '0 * * * * *', concurrency: 1 }, clock, log);
  await vi.advanceTimersByTimeAsync(1_000);
  await timer.update({ schedule: '*/10 * * * * *', concurrency: 3 });
  expect(slow.calls[0]?.signal.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(others.map(({ calls }) => calls.length)).toEqual([1, 1]);
  await vi.advanceTimersByTimeAsync(29_000);
  expect(slow.calls).toHaveLength(2);
  expect(slow.max()).toBe(1);
  expect(others.map(({ calls }) => calls.length)).toEqual([2, 2]);
  await timer.stop();
});

test('a new workspace is polled at once, and not again while it is being polled', async () => {
  const late = workspaceTaking(5_000);
  const timer = startTimer(() => [], everyTenSeconds, clock, log);
  timer.pollNow([late.workspace]);
  timer.pollNow([late.workspace]);
  await vi.advanceTimersByTimeAsync(0);
  expect(late.calls).toHaveLength(1);
  await timer.stop();
});
