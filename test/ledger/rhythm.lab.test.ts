import { describe, expect, test } from 'vitest';
import { clocksChange } from '../../src/ledger/rhythm/clock-changes.ts';
import { expectedStartMs } from '../../src/ledger/rhythm.ts';
import { createRandom } from '../../src/simulator/random.ts';
import { inForm } from '../support/form.ts';
import { day, week } from '../support/rhythm/calendar.ts';
import { eventKinds, type Kind, timerKinds } from '../support/rhythm/kinds.ts';

/** Replays playbooks start by start over weeks: no due time passes while they run, and their silence shows in time. */

const retentionMs = 30 * day;
const weeks = 6;

function weeksOf({ starts }: Kind, seed: number): number[] {
  const random = createRandom(seed);
  // Half a year of beginnings, with all changes of the clocks in it.
  const fromMs = Math.floor(Date.UTC(2026, 0, 1) + random.next() * 365 * day);
  return starts(random, fromMs, fromMs + weeks * week).sort((a, b) => a - b);
}

interface Step {
  readonly start: number;
  readonly due: number | null;
  readonly next: number;
}

/** What is expected after some of the starts: of a quick timer, all cannot be had in a few seconds. */
function replay(kind: Kind, seed: number, most: number): Step[] {
  const starts = Float64Array.from(weeksOf(kind, seed));
  const random = createRandom(seed + 1_000);
  const share = most / starts.length;
  const steps: Step[] = [];
  let first = 0;
  for (let index = 0; index + 1 < starts.length; index++) {
    const [start = 0, next = 0, previous = 0] = [starts[index], starts[index + 1], starts[index - 1]];
    while ((starts[first] ?? 0) < start - retentionMs) first++;
    // The ends of working hours and weeks are looked at more often.
    if (!random.chance(next - start > 2 * (start - previous) ? 8 * share : share)) continue;
    const due = expectedStartMs(starts.subarray(first, index + 1), { triggerType: kind.triggerType });
    steps.push({ start, due, next });
  }
  return steps;
}

const seeds = Array.from({ length: inForm(2, 8) }, (_, index) => index + 1);
const most = inForm(50, 400);

describe.each(timerKinds.map((kind) => [kind.name, kind] as const))('a timer: %s', (_, kind) => {
  const replays = seeds.map((seed) => replay(kind, seed, most));

  test('no due time passes while it runs', () => {
    const passed = replays.flat().filter(({ due, next }) => due !== null && due < next);
    expect(passed).toEqual([]);
  });

  test('once it is known, its silence shows in time', () => {
    const known = replays.flatMap((steps) => steps.filter(({ start }) => start > (steps[0]?.start ?? 0) + 22 * day));
    expect(known.length).toBeGreaterThan(0);
    // For a week after clocks have changed anywhere, an hour more is allowed, also before a pause.
    const late = known.filter(
      ({ start, due, next }) =>
        (due === null || due - next > kind.dueWithinMs) && !clocksChange(start - 8 * day, Math.max(next, due ?? 0)),
    );
    expect(late).toEqual([]);
  });
});

describe.each(eventKinds.map((kind) => [kind.name, kind] as const))('events: %s', (_, kind) => {
  const replays = seeds.map((seed) => replay(kind, seed, most));

  test('hardly a due time passes while they come', () => {
    const passed = replays.flat().filter(({ due, next }) => due !== null && due < next);
    // One in 200 weeks of a playbook.
    expect(passed.length).toBeLessThanOrEqual(Math.ceil((seeds.length * weeks) / 200));
  });

  test('once they are known, their silence shows in time', () => {
    const known = replays.flatMap((steps) => steps.filter(({ start }) => start > (steps[0]?.start ?? 0) + 22 * day));
    expect(known.length).toBeGreaterThan(0);
    expect(known.filter(({ due, next }) => due === null || due - next > kind.dueWithinMs)).toEqual([]);
  });
});
