import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createTurnedClock, isTurnedClock } from '../../src/simulator/turned-clock.ts';

test('stands still until it is turned, and wakes who has slept enough, the shortest sleep first', async () => {
  const clock = createTurnedClock(1000);
  const woken: string[] = [];
  const sleep = (name: string, ms: number) => clock.sleep(ms).then(() => woken.push(name));
  const sleeps = [sleep('long', 30), sleep('longest', 31), sleep('short', 10)];
  clock.advance(9);
  await Promise.resolve();
  expect(woken).toEqual([]);
  clock.advance(21);
  await Promise.all([sleeps[0], sleeps[2]]);
  expect([woken, clock.now()]).toEqual([['short', 'long'], 1030]);
  clock.advance(1);
  await Promise.all(sleeps);
  expect(woken).toEqual(['short', 'long', 'longest']);
});

test('a sleep ends with the reason of its signal', async () => {
  const clock = createTurnedClock(0);
  const abort = new AbortController();
  const sleep = clock.sleep(10, abort.signal);
  abort.abort(new Error('enough'));
  await expect(sleep).rejects.toThrow('enough');
  await expect(clock.sleep(10, abort.signal)).rejects.toThrow('enough');
});

test('only a turned clock can be turned', () => {
  expect([isTurnedClock(createTurnedClock(0)), isTurnedClock(systemClock)]).toEqual([true, false]);
});
