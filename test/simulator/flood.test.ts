import { expect, test } from 'vitest';
import { flood } from '../../src/simulator/flood.ts';
import { createRandom } from '../../src/simulator/random.ts';
import { createWorld } from '../../src/simulator/world.ts';

const hourMs = 3_600_000;

test('a flood begins so many runs in its time, and retries some of those that had failed long before', () => {
  const world = createWorld();
  const old = Array.from({ length: 50 }, () => {
    const id = world.start(hourMs);
    world.fail(id, hourMs + 1, 'node', 'error');
    return id;
  });
  const young = world.start(3 * hourMs - 1_000);
  world.fail(young, 3 * hourMs - 500, 'node', 'error');
  flood(world, createRandom(1), 2_000, 3 * hourMs, 4 * hourMs);

  const begun = world.all.filter(({ startTimeMs }) => (startTimeMs ?? 0) >= 3 * hourMs);
  expect(begun).toHaveLength(2_000);
  expect(begun.every(({ updateTimeMs }) => updateTimeMs <= 4 * hourMs)).toBe(true);
  expect(new Set(begun.map(({ status }) => status))).toEqual(new Set(['RUNNING', 'FINISHED', 'FAILED']));
  const retried = old.filter((id) => world.instances.get(id)?.retryCount === 1);
  expect(retried.length).toBeGreaterThan(5);
  expect(retried.length).toBeLessThan(30);
  expect(world.instances.get(young)?.retryCount).toBe(0);
});
