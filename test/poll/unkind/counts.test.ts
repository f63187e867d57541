import { expect, test } from 'vitest';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';
import { defaultProject, defaultWorkspace } from '../../../src/simulator/defaults.ts';
import { inForm } from '../../support/form.ts';
import type { SimulatedSoc } from '../../support/world/simulated-soc.ts';
import { atEach, behaving, expectCountedOrSaid, minuteMs, quietPolls, some } from './unkind.ts';

const many = inForm(600, 15_000);
/** More than can be paged through, by the count: in the short form by the count alone. */
const offBy = inForm(10_000, 0);
const ids = { projectId: defaultProject.id, workspaceId: defaultWorkspace.id };
const slicesOf = async ({ store }: SimulatedSoc) => (await (await store.open(ids))?.sweep())?.length ?? 0;
const pages = (max: number) => {
  let read = 0;
  return () => ++read < max;
};

/** A page takes 100 of them; the rest is for whatever has to be found out. */
const enough = 500 + many / 10;

const cases: [string, BehaviourChange][] = [
  ['that of all instances, whatever the filters', { count: { of: 'all', offBy } }],
  ['10,000 at the most', { count: { cap: 10_000, offBy } }],
  ['0', { count: { shown: 'zero' } }],
  [
    'that of all instances, and dates are cut to the day',
    { count: { of: 'all', offBy }, dates: { precision: 'day-utc' } },
  ],
  ['that of all instances, and dates are ignored', { count: { of: 'all', offBy }, dates: { field: 'ignored' } }],
];

test.each(some(atEach(...cases).slice(0, cases.length + 1), cases.length))(
  `%s, count is %s: ${many} instances take no more requests than they need, and slices don't pile up`,
  async (moment, _, behaviour) => {
    const soc = await behaving(moment, behaviour, many);
    const before = soc.simulator.requests.count('ListAopWorkflowInstance');
    const requests = () => soc.simulator.requests.count('ListAopWorkflowInstance') - before;
    for (let i = 0; i < 8; i++) {
      await soc.poll(pages(100));
      soc.turn(30_000);
      expect(await slicesOf(soc)).toBeLessThan(200);
    }
    await expectCountedOrSaid(soc);
    expect(requests()).toBeLessThan(enough);
    expect(await quietPolls(soc, 20, 30_000)).toBeLessThan(40 + (2 * many) / 100);
    expect(await quietPolls(soc, 5, 6 * minuteMs)).toBeLessThan(40 + (3 * many) / 100);
  },
);
