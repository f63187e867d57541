import { describe, test } from 'vitest';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';
import { startMany } from '../../../src/simulator/crowd.ts';
import { inForm } from '../../support/form.ts';
import {
  atEach,
  behaving,
  createBoundedSoc,
  expectCounted,
  expectCountedOrSaid,
  history,
  hourMs,
  type Moment,
  minuteMs,
  playbook,
  some,
} from './unkind.ts';

const recent = inForm(100, 700);
const old = inForm(100, 300);
const begun = inForm(120, 250);

const orders: [string, BehaviourChange][] = [
  ['the order is random', { order: { rows: 'random' } }],
  ['the order is random, and there is no count', { order: { rows: 'random' }, count: { shown: 'absent' } }],
  ['the order is that of creation', { order: { rows: 'as-inserted' } }],
  ['sort_key is ignored', { order: { sortKey: 'ignored' } }],
  ['sort_dir is ignored', { order: { sortDir: 'ignored' } }],
  ['sort_key and sort_dir are ignored', { order: { sortKey: 'ignored', sortDir: 'ignored' } }],
  ['sort_key is refused', { order: { sortKey: 'refused' } }],
  ['sort_dir is refused', { order: { sortDir: 'refused' } }],
  ['sort_key and sort_dir are refused', { order: { sortKey: 'refused', sortDir: 'refused' } }],
  ['sort_key=update_time is refused', { order: { sortKey: 'update-time-refused' } }],
];

test.each(some(atEach(...orders), 9))(
  '%s, %s: 360 runs that begin in six minutes are counted',
  async (moment, _, behaviour) => {
    const soc = await behaving(moment, behaviour, recent, recent);
    for (let i = 0; i < 6; i++) {
      await soc.poll();
      soc.turn(minuteMs);
      startMany(soc.world, 60, { fromMs: soc.now() - 50_000, withinMs: 40_000 }, { playbook, isOpen: false });
    }
    await expectCounted(soc);
  },
);

/** Old runs, 20 of them open and 20 failed, and the exporter knows them all. */
async function known(moment: Moment, behaviour: BehaviourChange) {
  const soc = createBoundedSoc(moment === 'while it runs' ? {} : { behaviour });
  const ids = startMany(soc.world, 40, { fromMs: soc.now() - 21 * hourMs, withinMs: hourMs }, { playbook });
  const failed = ids.slice(20);
  for (const id of failed) soc.world.fail(id, soc.now() - 20 * hourMs, 'Query', 'timeout');
  history(soc, old);
  for (let i = 0; i < 3; i++) {
    await soc.poll();
    soc.turn(minuteMs);
  }
  soc.simulator.behaviour.put(behaviour);
  return { soc, open: ids.slice(0, 20), failed };
}

describe('older runs change', () => {
  test.each(some(atEach(...orders), 9))('and %s, %s: the changes are counted', async (moment, _, behaviour) => {
    const { soc, open, failed } = await known(moment, behaviour);
    startMany(soc.world, begun, { fromMs: soc.now() - 50_000, withinMs: 40_000 }, { playbook, isOpen: false });
    await expectCounted(soc);
    for (const id of open.slice(0, 15)) soc.world.finish(id, soc.now());
    for (const id of failed.slice(0, 10)) soc.world.retry(id, soc.now());
    soc.turn(30_000);
    await soc.poll();
    soc.turn(6 * minuteMs);
    await expectCounted(soc);
    for (const id of failed.slice(0, 5)) soc.world.finish(id, soc.now());
    for (const id of failed.slice(5, 10)) soc.world.fail(id, soc.now(), 'Query', 'timeout');
    await expectCounted(soc);
  });

  test.each(some(atEach(...orders), 9))(
    'between two polls, and %s, %s: the changes are counted, or it is said',
    async (moment, _, behaviour) => {
      const { soc, failed } = await known(moment, behaviour);
      await soc.poll();
      for (const id of failed) {
        soc.world.retry(id, soc.now() + 1_000);
        soc.world.fail(id, soc.now() + 2_000, 'Query', 'timeout');
      }
      soc.turn(minuteMs);
      await expectCountedOrSaid(soc);
    },
  );
});
