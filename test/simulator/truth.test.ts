import { describe, expect, test } from 'vitest';
import { truth } from '../../src/simulator/truth.ts';
import { createWorld, type World } from '../../src/simulator/world.ts';

const minute = 60_000;
const p = { id: 'p', name: 'P' };
const q = { id: 'q', name: 'Q' };
const row = (playbook_id: string, trigger_type: string, status: string, value: number) => ({
  playbook_id,
  trigger_type,
  status,
  value,
});

test('an instance that is run again by hand counts every end of it, and no retry', () => {
  const world = createWorld();
  const id = world.start(1000, { playbook: p });
  world.fail(id, 2000, 'n', 'e');
  world.rerun(id, 3000);
  world.fail(id, 5000, 'n', 'e');
  const told = truth(world, { sinceMs: 0, lookbackMs: minute, nowMs: 9000 });
  expect(told).toMatchObject({
    started: [{ value: 1 }],
    completed: [row('p', 'EVENT', 'FAILED', 2)],
    retries: [],
    durations: [{ count: 2, sumSeconds: 1 + 4 }],
  });
});

test('a retry that moves start_time has its own duration', () => {
  const world = createWorld(() => ({ startTime: 'moved', updateTime: 'moved' }));
  const id = world.start(1000, { playbook: p });
  world.fail(id, 2000, 'n', 'e');
  world.retry(id, 30_000);
  world.finish(id, 34_000);
  const told = truth(world, { sinceMs: 0, lookbackMs: minute, nowMs: 40_000 });
  expect(told).toMatchObject({
    started: [{ value: 1 }],
    retries: [{ value: 1 }],
    durations: [
      { status: 'FAILED', sumSeconds: 1 },
      { status: 'FINISHED', sumSeconds: 4 },
    ],
    lastStart: [{ value: 30 }],
  });
});

/** Times in minutes; counters since minute 10; now is minute 30 and half a minute, the lookback 20 minutes. */
function small(): World {
  const world = createWorld();
  const at = (minutes: number) => minutes * minute;
  // Begun and failed before the counters; retried and finished after.
  world.start(at(2), { id: 'old', playbook: p });
  world.fail('old', at(4), 'n', 'e');
  world.retry('old', at(11));
  world.finish('old', at(12));
  // Over before the counters.
  world.start(at(3), { id: 'over', playbook: p });
  world.finish('over', at(5));
  // Open for ever.
  world.start(at(1), { id: 'stuck', playbook: q, triggerType: 'TIMER' });
  // Failed three times.
  world.start(at(20), { id: 'thrice', playbook: p });
  world.fail('thrice', at(21), 'n', 'e');
  world.retry('thrice', at(22));
  world.fail('thrice', at(23), 'n', 'e');
  world.retry('thrice', at(24));
  world.fail('thrice', at(25), 'n', 'e');
  // Terminated, without a playbook.
  world.start(at(20.5), { id: 'ended', triggerType: 'MANUAL' });
  world.beginTermination('ended', at(21));
  world.terminate('ended', at(21.5));
  // In the minute in which the window begins, and the last moment before it.
  world.start(at(10), { id: 'edge', playbook: q, triggerType: 'TIMER' });
  world.finish('edge', at(10) + 1500);
  world.start(at(10) - 1, { id: 'before', playbook: q, triggerType: 'TIMER' });
  world.finish('before', at(10));
  // Retried and open; created and open.
  world.start(at(26), { id: 'retrying', playbook: q, triggerType: 'TIMER' });
  world.fail('retrying', at(27), 'n', 'e');
  world.retry('retrying', at(28));
  world.create(at(29), { id: 'created', playbook: q, triggerType: 'TIMER' });
  // Removed at SecMaster.
  world.start(at(20), { id: 'gone', playbook: p });
  world.finish('gone', at(26));
  world.remove('gone', at(27));
  return world;
}

const told = truth(small(), { sinceMs: 10 * minute, lookbackMs: 20 * minute, nowMs: 30.5 * minute });

describe('the truth of a small world', () => {
  test('instances: those of the window, which begins with a whole minute, and every open one', () => {
    expect(told.instances).toEqual([
      row('', 'MANUAL', 'TERMINATED', 1),
      row('p', 'EVENT', 'FAILED', 1),
      row('q', 'TIMER', 'CREATED', 1),
      row('q', 'TIMER', 'FINISHED', 1),
      row('q', 'TIMER', 'RETRYING', 1),
      row('q', 'TIMER', 'RUNNING', 1),
    ]);
  });

  test('recent retries: of the same instances', () => {
    expect(told.recentRetries).toEqual([
      { playbook_id: 'p', trigger_type: 'EVENT', value: 2 },
      { playbook_id: 'q', trigger_type: 'TIMER', value: 1 },
    ]);
  });

  test('oldest open start', () => {
    expect(told.oldestOpenStart).toEqual([
      { playbook_id: 'q', status: 'CREATED', value: 29 * 60 },
      { playbook_id: 'q', status: 'RETRYING', value: 26 * 60 },
      { playbook_id: 'q', status: 'RUNNING', value: 60 },
    ]);
  });

  test('last start', () => {
    expect(told.lastStart).toEqual([
      { playbook_id: '', trigger_type: 'MANUAL', value: 20.5 * 60 },
      { playbook_id: 'p', trigger_type: 'EVENT', value: 20 * 60 },
      { playbook_id: 'q', trigger_type: 'TIMER', value: 29 * 60 },
    ]);
  });

  test('last completion: also of a removed instance and of an attempt that was retried', () => {
    expect(told.lastCompletion).toEqual([
      row('', 'MANUAL', 'TERMINATED', 21.5 * 60),
      row('p', 'EVENT', 'FAILED', 25 * 60),
      row('p', 'EVENT', 'FINISHED', 26 * 60),
      row('q', 'TIMER', 'FAILED', 27 * 60),
      row('q', 'TIMER', 'FINISHED', 10 * 60 + 1.5),
    ]);
  });

  test('started: whatever began since, removed or not', () => {
    expect(told.started).toEqual([
      { playbook_id: '', trigger_type: 'MANUAL', value: 1 },
      { playbook_id: 'p', trigger_type: 'EVENT', value: 2 },
      { playbook_id: 'q', trigger_type: 'TIMER', value: 3 },
    ]);
  });

  test('completed: failed attempts each, and what ended since of what began before', () => {
    expect(told.completed).toEqual([
      row('', 'MANUAL', 'TERMINATED', 1),
      row('p', 'EVENT', 'FAILED', 3),
      row('p', 'EVENT', 'FINISHED', 2),
      row('q', 'TIMER', 'FAILED', 1),
      row('q', 'TIMER', 'FINISHED', 2),
    ]);
  });

  test('retries: also of what began before', () => {
    expect(told.retries).toEqual([
      { playbook_id: 'p', trigger_type: 'EVENT', value: 3 },
      { playbook_id: 'q', trigger_type: 'TIMER', value: 1 },
    ]);
  });

  test('durations: from the first start to each end', () => {
    const duration = (
      playbook_id: string,
      trigger_type: string,
      status: string,
      count: number,
      sumSeconds: number,
    ) => ({
      playbook_id,
      trigger_type,
      status,
      count,
      sumSeconds,
    });
    expect(told.durations).toEqual([
      duration('', 'MANUAL', 'TERMINATED', 1, 60),
      duration('p', 'EVENT', 'FAILED', 3, 60 + 180 + 300),
      duration('p', 'EVENT', 'FINISHED', 2, 600 + 360),
      duration('q', 'TIMER', 'FAILED', 1, 60),
      duration('q', 'TIMER', 'FINISHED', 2, 1.501),
    ]);
  });
});

test('an empty world has no rows', () => {
  const empty = truth(createWorld(), { sinceMs: 0, lookbackMs: minute, nowMs: minute });
  expect(Object.values(empty).flat()).toEqual([]);
});

describe('odd values that were set', () => {
  const ask = (world: World) => truth(world, { sinceMs: 0, lookbackMs: 10 * minute, nowMs: 60 * minute });

  test('change the gauges and not the counters', () => {
    const world = createWorld();
    const id = world.start(55 * minute, { playbook: p });
    world.set(id, 56 * minute, { status: 'FINISHED', endTimeMs: 56 * minute, retryCount: 7 });
    const { instances, recentRetries, completed, retries } = ask(world);
    expect(instances).toEqual([row('p', 'EVENT', 'FINISHED', 1)]);
    expect(recentRetries).toEqual([{ playbook_id: 'p', trigger_type: 'EVENT', value: 7 }]);
    expect([completed, retries]).toEqual([[], []]);
  });

  test('an unknown status is open until it has an end', () => {
    const world = createWorld();
    const id = world.start(minute, { playbook: p });
    world.set(id, 2 * minute, { status: 'SUSPENDED' });
    expect(ask(world).instances).toEqual([row('p', 'EVENT', 'SUSPENDED', 1)]);
    world.set(id, 3 * minute, { endTimeMs: 3 * minute });
    expect(ask(world).instances).toEqual([]);
  });

  test('an open instance without a start has no oldest start', () => {
    const world = createWorld();
    world.set(world.start(minute), 2 * minute, { startTimeMs: null });
    const { instances, oldestOpenStart, lastStart } = ask(world);
    expect([instances.length, oldestOpenStart, lastStart]).toEqual([1, [], []]);
  });
});
