import { pino } from 'pino';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Pollable, startTimer } from '../../../src/poll/fleet/timer.ts';
import { createManualClock, type ManualClock } from '../../../src/simulator/manual-clock.ts';
import { report } from '../../support/metrics/report.ts';
import { cron } from '../../support/schedule.ts';

let clock: ManualClock;
beforeEach(() => {
  clock = createManualClock(Date.parse('2026-07-18T12:00:00.500Z'));
});

const log = pino({ level: 'silent' });
const everyTenSeconds = { schedule: cron('*/10 * * * * *'), timezone: 'UTC', concurrency: 2 };

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
      await clock.sleep(ms, signal).catch(() => {});
      under--;
    },
  };
  return { workspace, calls, max: () => max };
}

test('polls at once, and then on schedule until it is stopped', async () => {
  const { workspace, calls } = workspaceTaking(100);
  const timer = startTimer(() => [workspace], everyTenSeconds, clock, log);
  await clock.turn(0);
  expect(calls).toHaveLength(1);
  await clock.turn(30_000);
  expect(calls).toHaveLength(4);
  await timer.stop();
  await clock.turn(30_000);
  expect(calls).toHaveLength(4);
});

test('polls of a workspace never overlap, and a slow one does not delay other workspaces', async () => {
  const slow = workspaceTaking(25_000);
  const quick = workspaceTaking(100);
  const timer = startTimer(() => [slow.workspace, quick.workspace], everyTenSeconds, clock, log);
  await clock.turn(60_000);
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
      await clock.sleep(100);
      under--;
    };
    return { report, poll };
  });
  const timer = startTimer(() => workspaces, everyTenSeconds, clock, log);
  await clock.turn(1_000);
  expect(max).toBe(2);
  await timer.stop();
});

test('a sweep has time left until the next poll is due, and none while another workspace waits', async () => {
  const [one, two, three] = [workspaceTaking(1_000), workspaceTaking(100_000), workspaceTaking(100_000)];
  const timer = startTimer(() => [one.workspace, two.workspace, three.workspace], everyTenSeconds, clock, log);
  await clock.turn(10);
  const hasTimeLeft = two.calls[0]?.hasTimeLeft ?? (() => true);
  expect(hasTimeLeft()).toBe(false);
  await clock.turn(2_000);
  expect(hasTimeLeft()).toBe(true);
  await clock.turn(10_000);
  expect(hasTimeLeft()).toBe(false);
  await timer.stop();
});

test('a stop aborts the running polls and starts none that wait', async () => {
  const [one, two, three] = [workspaceTaking(1e9), workspaceTaking(1e9), workspaceTaking(1e9)];
  const timer = startTimer(() => [one.workspace, two.workspace, three.workspace], everyTenSeconds, clock, log);
  await clock.turn(10);
  await timer.stop();
  expect(one.calls[0]?.signal.aborted).toBe(true);
  expect(three.calls).toHaveLength(0);
});

test('a new schedule and concurrency apply while a poll is running', async () => {
  const slow = workspaceTaking(25_000);
  const others = [workspaceTaking(25_000), workspaceTaking(25_000)];
  const all = [slow, ...others].map(({ workspace }) => workspace);
  const timer = startTimer(
    () => all,
    { ...everyTenSeconds, schedule: cron('0 * * * * *'), concurrency: 1 },
    clock,
    log,
  );
  await clock.turn(1_000);
  timer.update({ ...everyTenSeconds, concurrency: 3 });
  expect(slow.calls[0]?.signal.aborted).toBe(false);
  await clock.turn(1_000);
  expect(others.map(({ calls }) => calls.length)).toEqual([1, 1]);
  await clock.turn(29_000);
  expect(slow.calls).toHaveLength(2);
  expect(slow.max()).toBe(1);
  expect(others.map(({ calls }) => calls.length)).toEqual([2, 2]);
  await timer.stop();
});

/** What the watchdog says of polls that begin rarely, or hang, while the schedule is set again and again. */
async function warnings(
  takesMs: number,
  everyMs: number,
  updates: (update: (everyMs: number) => void) => Promise<void>,
) {
  const logged: string[] = [];
  const noted = pino({ level: 'warn' }, { write: (line: string) => void logged.push(JSON.parse(line).msg) });
  const { workspace } = workspaceTaking(takesMs);
  const every = (ms: number) =>
    ({ schedule: { kind: 'every', everyMs: ms }, timezone: 'UTC', concurrency: 1 }) as const;
  const timer = startTimer(() => [workspace], every(everyMs), clock, noted);
  await updates((ms) => timer.update(every(ms)));
  await timer.stop();
  return logged;
}

test('a faster schedule is no reason to miss the polls that it would have begun', async () => {
  const warned = await warnings(100, 3_600_000, async (update) => {
    await clock.turn(600_000);
    update(10_000);
    await clock.turn(60_000);
  });
  expect(warned).toEqual([]);
});

test('reloads that leave the schedule as it is do not hide a stall', async () => {
  const warned = await warnings(3_600_000, 10_000, async (update) => {
    for (let i = 0; i < 6; i++) {
      await clock.turn(10_000);
      update(10_000);
    }
  });
  expect(warned).toEqual(['no poll has begun for five intervals of the schedule']);
});

test('a new workspace is polled at once, and not again while it is being polled', async () => {
  const late = workspaceTaking(5_000);
  const timer = startTimer(() => [], everyTenSeconds, clock, log);
  timer.pollNow([late.workspace]);
  timer.pollNow([late.workspace]);
  await clock.turn(0);
  expect(late.calls).toHaveLength(1);
  await timer.stop();
});

test.each([
  ['a day forward', 86_400_000],
  ['a year forward', 365 * 86_400_000],
  ['a day back', -86_400_000],
])('a clock that is set %s costs one poll more, which says so', async (_, byMs) => {
  const logged: { msg: string }[] = [];
  const noted = pino({ base: null, timestamp: false }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const { workspace, calls } = workspaceTaking(100);
  const timer = startTimer(() => [workspace], everyTenSeconds, clock, noted);
  await clock.turn(3_000);
  expect(calls).toHaveLength(1);
  clock.set(clock.now() + byMs);
  await clock.turn(2_000);
  expect(calls).toHaveLength(2);
  expect(logged).toEqual([
    { level: 30, seconds: byMs / 1_000, msg: 'clock was set, or the machine slept; polling at once' },
  ]);
  await clock.turn(30_000);
  expect(calls).toHaveLength(5);
  await timer.stop();
});

test('between two polls nothing spins', async () => {
  let sleeps = 0;
  const sleep: ManualClock['sleep'] = (ms, signal) => {
    sleeps++;
    return clock.sleep(ms, signal);
  };
  const timer = startTimer(() => [], everyTenSeconds, { ...clock, sleep }, log);
  await clock.turn(3_600_000);
  expect(sleeps).toBeLessThan(2 * 3_600);
  await timer.stop();
});

test('a poll that holds its workspace for five intervals is a stall, until one begins; others that begin prevent it', async () => {
  const held = workspaceTaking(70_000);
  const quick = workspaceTaking(100);
  /** It has found its workspaces: there is nothing that it could hold. */
  const discovery: Pollable = { report: () => null, poll: async () => {} };
  let all = [discovery, held.workspace];
  const timer = startTimer(() => all, everyTenSeconds, clock, log);
  await clock.turn(49_000);
  expect(timer.stall()).toBeNull();
  await clock.turn(1_000);
  expect(timer.stall()).toContain('not yet ended: the polls of');
  await clock.turn(30_000);
  expect(held.calls).toHaveLength(2);
  expect(timer.stall()).toBeNull();
  all = [...all, quick.workspace];
  await clock.turn(65_000);
  expect(timer.stall()).toBeNull();
  await timer.stop();
});

describe('what comes after a poll', () => {
  /** A workspace that goes on working after its polls until it is told to stop. */
  function workspaceWorkingAfter(pollMs: number) {
    const began: number[] = [];
    const worked: [from: number, to: number][] = [];
    const startMs = clock.now();
    const workspace: Pollable = {
      report,
      async poll(signal) {
        began.push(clock.now() - startMs);
        await clock.sleep(pollMs, signal).catch(() => {});
      },
      async afterPoll(signal) {
        const fromMs = clock.now();
        await clock.sleep(3_600_000, signal).catch(() => {});
        worked.push([fromMs - startMs, clock.now() - startMs]);
      },
    };
    return { workspace, began, worked };
  }

  test('delays no poll: it is ended when the next one is due', async () => {
    const { workspace, began, worked } = workspaceWorkingAfter(100);
    const plain = workspaceTaking(100);
    const timer = startTimer(() => [workspace, plain.workspace], everyTenSeconds, clock, log);
    await clock.turn(35_000);
    expect(began).toEqual([0, 9_500, 19_500, 29_500]);
    expect(worked).toEqual([
      [100, 9_500],
      [9_600, 19_500],
      [19_600, 29_500],
    ]);
    expect(plain.calls).toHaveLength(4);
    await timer.stop();
    expect(worked).toHaveLength(4);
  });

  test('takes the place of no other workspace', async () => {
    const [one, two] = [workspaceWorkingAfter(100), workspaceWorkingAfter(100)];
    const settings = { ...everyTenSeconds, concurrency: 1 };
    const timer = startTimer(() => [one.workspace, two.workspace], settings, clock, log);
    await clock.turn(15_000);
    expect([one.began, two.began]).toEqual([
      [0, 9_500],
      [100, 9_600],
    ]);
    await timer.stop();
  });

  test('ends for a workspace that is no longer polled', async () => {
    const { workspace, began, worked } = workspaceWorkingAfter(100);
    let all = [workspace];
    const timer = startTimer(() => all, everyTenSeconds, clock, log);
    await clock.turn(1_000);
    all = [];
    await clock.turn(10_000);
    expect([began.length, worked]).toEqual([1, [[100, 9_500]]]);
    await timer.stop();
  });

  test('does not end the timer if it fails', async () => {
    const plain = workspaceTaking(100);
    const workspace: Pollable = {
      ...plain.workspace,
      afterPoll: async () => {
        throw new Error('a bug');
      },
    };
    const timer = startTimer(() => [workspace], everyTenSeconds, clock, log);
    await clock.turn(25_000);
    expect(plain.calls).toHaveLength(3);
    await timer.stop();
  });
});
