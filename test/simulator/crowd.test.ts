import { expect, test } from 'vitest';
import { purge, startMany, touchMany } from '../../src/simulator/crowd.ts';
import { createWorld } from '../../src/simulator/world.ts';

test('a purge forgets those that ended before then, and leaves the open ones', () => {
  const world = createWorld();
  for (const id of ['old', 'open', 'new']) world.start(1000, { id });
  world.finish('old', 2000);
  world.finish('new', 3000);
  expect(purge(world, 3000, 9000)).toBe(1);
  expect([...world.instances.keys()]).toEqual(['open', 'new']);
  expect(purge(world, 3000, 9000)).toBe(0);
});

test('the oldest ones are touched: update_time moves and nothing else', () => {
  const world = createWorld();
  for (const id of ['a', 'b', 'c']) world.finish(world.start(1000, { id }), 2000);
  const before = world.all.map((instance) => ({ ...instance }));
  touchMany(world, 2, { fromMs: 5000, withinMs: 100 });
  expect(world.all).toEqual(before.map((one, index) => ({ ...one, updateTimeMs: [5000, 5050, 2000][index] })));
});

test('many start within a second, and stay open', () => {
  const world = createWorld();
  const ids = startMany(world, 4, { fromMs: 7000, withinMs: 1000 }, { triggerType: 'TIMER' });
  expect(ids).toHaveLength(4);
  expect(world.all.map(({ startTimeMs }) => startTimeMs)).toEqual([7000, 7250, 7500, 7750]);
  expect(new Set(world.all.map(({ status, triggerType }) => `${status} ${triggerType}`))).toEqual(
    new Set(['RUNNING TIMER']),
  );
});

test('many start at one time and finish at once', () => {
  const world = createWorld();
  startMany(world, 3, { fromMs: 7000 }, { isOpen: false });
  expect(world.all.map(({ status, endTimeMs }) => [status, endTimeMs])).toEqual(Array(3).fill(['FINISHED', 7000]));
});
