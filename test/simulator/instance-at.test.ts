import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { friendly } from '../../src/simulator/behaviour.ts';
import type { Instance } from '../../src/simulator/instance.ts';
import { instanceAt } from '../../src/simulator/instance-at.ts';
import { createWorld, type World } from '../../src/simulator/world.ts';

const deeds: readonly ((world: World, id: string, atMs: number) => void)[] = [
  (world, id, atMs) => world.run(id, atMs),
  (world, id, atMs) => world.fail(id, atMs, 'Query', 'timeout'),
  (world, id, atMs) => world.retry(id, atMs),
  (world, id, atMs) => world.rerun(id, atMs),
  (world, id, atMs) => world.finish(id, atMs),
  (world, id, atMs) => world.beginTermination(id, atMs),
  (world, id, atMs) => world.terminate(id, atMs),
  (world, id, atMs) => world.touch(id, atMs),
  (world, id, atMs) => world.set(id, atMs, { name: `at ${atMs}`, status: 'PAUSED', triggerType: 'TIMER' }),
  (world, id, atMs) => world.set(id, atMs, { endTimeMs: 0, retryCount: 7, updateTimeMs: 3, raw: (row) => row }),
  (world, id, atMs) => world.remove(id, atMs),
];

/** Without its log, which only grows. */
function shown(instance: Instance | null | undefined) {
  if (instance === null || instance === undefined || instance.removed) return null;
  const { events: _, ...rest } = instance;
  return rest;
}

test('an instance at any time is what it was then, whatever has happened since', () => {
  const retries = fc.record({
    startTime: fc.constantFrom('kept' as const, 'moved' as const),
    updateTime: fc.constantFrom('kept' as const, 'moved' as const),
  });
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...deeds), { maxLength: 20, size: 'max' }), retries, (walk, how) => {
      const world = createWorld(() => how);
      const id = world.create(1000);
      const states = [shown({ ...(world.all[0] as Instance) })];
      for (const [index, deed] of walk.entries()) {
        try {
          deed(world, id, 1000 * (index + 2));
        } catch {
          // What its status doesn't allow has not happened.
        }
        states.push(shown({ ...(world.all[0] as Instance) }));
      }
      const instance = world.all[0] as Instance;
      expect(instanceAt(instance, 999)).toBeNull();
      for (const [index, state] of states.entries()) {
        expect(shown(instanceAt(instance, 1000 * (index + 1) + 500))).toEqual(state);
      }
    }),
    { numRuns: 300 },
  );
});

describe('a retry', () => {
  test.each([
    ['leaves start_time and moves update_time', friendly.retries, 1000, 3000],
    ['moves start_time where it is said to', { startTime: 'moved', updateTime: 'moved' }, 3000, 3000],
    ['leaves update_time where it is said to', { startTime: 'kept', updateTime: 'kept' }, 1000, 2000],
  ] as const)('%s', (_, retries, startTimeMs, updateTimeMs) => {
    const world = createWorld(() => retries);
    const id = world.start(1000);
    world.fail(id, 2000, 'n', 'e');
    world.retry(id, 3000);
    expect(world.instances.get(id)).toMatchObject({ startTimeMs, updateTimeMs, retryCount: 1, endTimeMs: null });
  });
});
