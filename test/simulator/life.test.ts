import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Instance } from '../../src/simulator/instance.ts';
import { createLife } from '../../src/simulator/life.ts';
import { createWorld } from '../../src/simulator/world.ts';
import { inForm } from '../support/form.ts';
import { nowMs } from './harness.ts';

const hourMs = 3_600_000;

function lived(seed: number, untilMs: number, steps: readonly number[] = []): readonly Instance[] {
  const world = createWorld();
  const life = createLife(world, { seed, startMs: nowMs, runsPerMinute: 30 });
  for (const step of steps) life.advanceTo(nowMs + step);
  life.advanceTo(untilMs);
  return world.all;
}

test('the same seed and the same end give the same world, whatever the steps', () => {
  const spanMs = 20 * 60_000;
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.integer({ min: 0, max: spanMs }), { maxLength: 20 }), (seed, steps) => {
      const sorted = steps.toSorted((a, b) => a - b);
      expect(lived(seed, nowMs + spanMs, sorted)).toEqual(lived(seed, nowMs + spanMs));
    }),
    { numRuns: inForm(8, 25) },
  );
});

test('another seed gives another world', () => {
  expect(lived(1, nowMs + 60_000)).not.toEqual(lived(2, nowMs + 60_000));
});

test('nothing happens after the time it was advanced to, and going back does nothing', () => {
  const all = lived(1, nowMs + hourMs, [hourMs, 0]);
  expect(Math.max(...all.map(({ updateTimeMs }) => updateTimeMs))).toBeLessThanOrEqual(nowMs + hourMs);
});

test('no runs a minute are no life', () => {
  const world = createWorld();
  createLife(world, { seed: 1, startMs: nowMs, runsPerMinute: 0 }).advanceTo(nowMs + hourMs);
  expect(world.all).toEqual([]);
});

describe('twelve hours at 30 runs a minute', () => {
  let all: readonly Instance[] = [];
  beforeAll(() => {
    all = lived(1, nowMs + 12 * hourMs);
  });

  test('are about 21,600 runs', () => {
    expect(all.length).toBeGreaterThan(20_000);
    expect(all.length).toBeLessThan(23_500);
  });

  test('most runs that ended lasted seconds to a minute', () => {
    const durationsMs = all.flatMap(({ startTimeMs, endTimeMs }) =>
      startTimeMs === null || endTimeMs === null ? [] : [endTimeMs - startTimeMs],
    );
    const short = durationsMs.filter((ms) => ms >= 500 && ms <= 60_000);
    expect(short.length / durationsMs.length).toBeGreaterThan(0.8);
  });

  test.each<[string, (instance: Instance) => boolean]>([
    ['FINISHED', ({ status }) => status === 'FINISHED'],
    ['FAILED', ({ status }) => status === 'FAILED'],
    ['TERMINATED', ({ status }) => status === 'TERMINATED'],
    ['RUNNING', ({ status }) => status === 'RUNNING'],
    ['retried at least three times', ({ retryCount }) => retryCount >= 3],
    ['CREATED for a moment', ({ events }) => events[0]?.status === 'CREATED'],
    ['stuck for an hour', ({ status, updateTimeMs }) => status === 'RUNNING' && updateTimeMs < nowMs + 11 * hourMs],
    ['touched', ({ events }) => events.some(({ kind }) => kind === 'touched')],
    ['of DEBUG', ({ triggerType }) => triggerType === 'DEBUG'],
    ['of MANUAL', ({ triggerType }) => triggerType === 'MANUAL'],
    ['of TIMER', ({ triggerType }) => triggerType === 'TIMER'],
    ['of EVENT', ({ triggerType }) => triggerType === 'EVENT'],
    ['without a playbook', ({ playbook }) => playbook === null],
    ['of a playbook without en_name', ({ playbook }) => playbook !== null && playbook.en_name === undefined],
    [
      'of a playbook with a Chinese name and an English one',
      ({ playbook }) => /\p{Script=Han}/u.test(playbook?.name ?? '') && /^[\w\s-]+$/.test(playbook?.en_name ?? ''),
    ],
    [
      'of a playbook with a quote, a backslash, a newline and an emoji',
      ({ playbook }) => ['"', '\\', '\n', '🚨'].every((part) => playbook?.name.includes(part)),
    ],
    ['failed with a node and a message', ({ failure }) => failure !== null && failure.errorMsg !== ''],
  ])('some are %s', (_, holds) => {
    expect(all.some(holds)).toBe(true);
  });

  test('two playbooks share one name', () => {
    const ids = new Map<string, Set<string>>();
    for (const { playbook } of all) {
      if (playbook === null) continue;
      ids.set(playbook.name, (ids.get(playbook.name) ?? new Set()).add(playbook.id));
    }
    expect([...ids.values()].map(({ size }) => size).toSorted((a, b) => b - a)).toEqual([2, 1, 1, 1, 1, 1, 1, 1]);
  });

  test('a timer keeps its rhythm, and events come in bursts', () => {
    const startsOf = (name: string, trigger: string) =>
      all
        .filter(({ playbook, triggerType }) => playbook?.name === name && triggerType === trigger)
        .map(({ createTimeMs }) => createTimeMs);
    const gaps = (starts: readonly number[]) => starts.slice(1).map((ms, index) => ms - (starts[index] ?? 0));
    expect(new Set(gaps(startsOf('Threat intelligence synchronisation', 'TIMER'))).size).toBe(1);
    const eventGaps = gaps(startsOf('Automatic closing of repeated alerts', 'EVENT'));
    expect(eventGaps.filter((ms) => ms === 0).length / eventGaps.length).toBeGreaterThan(0.2);
  });
});
