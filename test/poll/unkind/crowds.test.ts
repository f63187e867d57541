import { expect, test } from 'vitest';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';
import { inForm } from '../../support/form.ts';
import type { SimulatedSoc } from '../../support/world/simulated-soc.ts';
import {
  atEach,
  createBoundedSoc,
  friendlyAtFirst,
  hourMs,
  type Moment,
  minuteMs,
  moments,
  playbook,
  settle,
  some,
  warnings,
} from './unkind.ts';

interface Crowd {
  readonly count: number;
  readonly withinMs: number;
  readonly isMixed: boolean;
}

/** Mixed: of three triggers and four statuses, as many of each. */
function crowd({ world }: SimulatedSoc, fromMs: number, { count, withinMs, isMixed }: Crowd): void {
  for (let i = 0; i < count; i++) {
    const atMs = fromMs + Math.floor((i * withinMs) / count);
    const triggerType = isMixed ? (['EVENT', 'TIMER', 'MANUAL'][i % 3] ?? '') : 'EVENT';
    const id = world.start(atMs, { playbook, triggerType });
    const endMs = fromMs + 3_000;
    const fate = isMixed ? Math.floor(i / 3) % 4 : 0;
    if (fate === 0) world.finish(id, endMs);
    if (fate === 1) world.fail(id, endMs, 'Query', 'timeout');
    if (fate === 2) {
      world.beginTermination(id, endMs);
      world.terminate(id, endMs);
    }
  }
}

async function crowded(moment: Moment, behaviour: BehaviourChange, many: Crowd): Promise<SimulatedSoc> {
  if (moment === 'from the first start on') {
    const soc = createBoundedSoc({ behaviour });
    crowd(soc, soc.now() - 10 * hourMs, many);
    return soc;
  }
  const soc = await friendlyAtFirst(100);
  soc.simulator.behaviour.put(behaviour);
  soc.turn(hourMs);
  crowd(soc, soc.now() - 30 * minuteMs, many);
  return soc;
}

/** So many rows can be paged. */
const paged = inForm(200, 500);
/** Dates that tell no times apart within a second, and few rows that can be paged: a crowd in little. */
const narrow = { paging: { maxOffset: paged - 100 }, dates: { precision: 'second' } } as const;

const sizes: [string, BehaviourChange, Crowd][] = [
  [`${1.9 * paged} of one status, with ${paged} to page`, narrow, { count: 1.9 * paged, withinMs: 0, isMixed: false }],
  [`${6 * paged} of 12 kinds, with ${paged} to page`, narrow, { count: 6 * paged, withinMs: 0, isMixed: true }],
  ['12,000 within two seconds', {}, { count: 12_000, withinMs: 2_000, isMixed: true }],
  ['12,000 of one status within two seconds', {}, { count: 12_000, withinMs: 2_000, isMixed: false }],
  ['12,000 in one millisecond', {}, { count: 12_000, withinMs: 0, isMixed: true }],
  ['12,000 of one status in one millisecond', {}, { count: 12_000, withinMs: 0, isMixed: false }],
];

test.each(some(atEach(...sizes), 7))(
  '%s, %s are read by status, by trigger and from both ends, and counted',
  async (moment, _, behaviour, many) => {
    const soc = await crowded(moment, behaviour, many);
    expect(await settle(soc, { mustBeComplete: false })).toMatchObject({ up: 1, differences: [] });
    expect(warnings(soc).length).toBeLessThan(12);
  },
);

test.each(some(moments, 2))(
  `%s, of ${3 * paged} of one status, with ${paged} to page, both ends are counted, and it is said that they are not all`,
  async (moment) => {
    const soc = await crowded(moment, narrow, { count: 3 * paged, withinMs: 0, isMixed: false });
    expect(await settle(soc, { polls: inForm(4, 12) })).toMatchObject({ up: 1, windowComplete: 0 });
    expect(warnings(soc).length).toBeGreaterThan(0);
    expect(warnings(soc).length).toBeLessThan(12);
    const { snapshot } = soc.workspace.report();
    expect(snapshot?.instances).toBeGreaterThanOrEqual(2 * paged);
  },
);
