import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createManualClock, isManualClock } from '../../src/simulator/manual-clock.ts';

test('stands still until it is advanced, and wakes who has slept enough, the shortest sleep first', async () => {
  const clock = createManualClock(1000);
  const woken: string[] = [];
  const sleep = (name: string, ms: number) => clock.sleep(ms).then(() => woken.push(name));
  const sleeps = [sleep('long', 30), sleep('longest', 31), sleep('short', 10)];
  clock.advance(9);
  await Promise.resolve();
  expect([woken, clock.sleeping()]).toEqual([[], [1, 21, 22]]);
  clock.advance(21);
  await Promise.all([sleeps[0], sleeps[2]]);
  expect([woken, clock.now()]).toEqual([['short', 'long'], 1030]);
  clock.advance(1);
  await Promise.all(sleeps);
  expect([woken, clock.sleeping()]).toEqual([['short', 'long', 'longest'], []]);
});

/** Sleeps this often, and tells the time after each sleep. */
async function wakings(clock: ReturnType<typeof createManualClock>, ms: number, times: number): Promise<number[]> {
  const at: number[] = [];
  for (let i = 0; i < times; i += 1) {
    await clock.sleep(ms);
    at.push(clock.now());
  }
  return at;
}

test('a turn wakes each sleeper at its time, also one that has gone to sleep since', async () => {
  const clock = createManualClock(0);
  const slept = wakings(clock, 10, 3);
  await clock.turn(25);
  expect([clock.now(), clock.sleeping()]).toEqual([25, [5]]);
  await clock.turn(5);
  expect(await slept).toEqual([10, 20, 30]);
});

test('an advance is one step for all', async () => {
  const clock = createManualClock(0);
  const slept = wakings(clock, 10, 2);
  clock.advance(25);
  await clock.turn(0);
  expect(clock.sleeping()).toEqual([10]);
  clock.advance(10);
  expect(await slept).toEqual([25, 35]);
});

test('turns until work is done, and says so where it waits for something else', async () => {
  const clock = createManualClock(0);
  expect(await clock.until(wakings(clock, 1_000, 5))).toEqual([1_000, 2_000, 3_000, 4_000, 5_000]);
  await expect(clock.until(Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  await expect(clock.until(new Promise(() => {}))).rejects.toThrow('nobody sleeps');
});

test('setting the time wakes nobody and shortens no sleep', async () => {
  const clock = createManualClock(0);
  const slept = wakings(clock, 10, 1);
  clock.set(1_000_000);
  await clock.turn(0);
  expect(clock.sleeping()).toEqual([10]);
  clock.set(-500);
  await clock.turn(10);
  expect(await slept).toEqual([-490]);
});

test('a sleep ends with the reason of its signal', async () => {
  const clock = createManualClock(0);
  const abort = new AbortController();
  const sleep = clock.sleep(10, abort.signal);
  abort.abort(new Error('enough'));
  await expect(sleep).rejects.toThrow('enough');
  await expect(clock.sleep(10, abort.signal)).rejects.toThrow('enough');
  expect(clock.sleeping()).toEqual([]);
});

test('only a manual clock can be advanced', () => {
  expect([isManualClock(createManualClock(0)), isManualClock(systemClock)]).toEqual([true, false]);
});
