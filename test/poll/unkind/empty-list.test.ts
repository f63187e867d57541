import { describe, expect, test } from 'vitest';
import type { Page } from '../../../src/secmaster/api/secmaster.ts';
import { inForm } from '../../support/form.ts';
import { createSoc, type SimulatedSoc } from '../../support/world/simulated-soc.ts';
import { history, hourMs, minuteMs, runs, stateOf } from './unkind.ts';

/** During a maintenance SecMaster may answer as if nothing had ever run. */

const nothing: Page = { count: 0, ids: [], instances: [], filteredOut: [], rejected: [] };
/** So many rows can be paged. */
const paged = inForm(500, 10_100);
const paging = inForm({ maxOffset: 400 }, {});
const counted = { up: 1, windowComplete: 1, differences: [] };

function withMaintenance() {
  /** Which requests are answered with an empty list. */
  const maintenance = { isOn: (_request: number) => false };
  let requests = 0;
  const soc = createSoc({
    behaviour: { paging },
    through: (secmaster) => ({
      ...secmaster,
      listInstances: async (...parameters) =>
        maintenance.isOn(++requests) ? nothing : secmaster.listInstances(...parameters),
    }),
  });
  return { soc, maintenance };
}

async function pollEveryMinute(soc: SimulatedSoc, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    soc.turn(minuteMs);
    await soc.poll();
  }
}

describe('the list is empty though runs are known', () => {
  test('for ten minutes: secmaster_up is 0 and says why, nothing leaves the gauges, and afterwards all is counted', async () => {
    const { soc, maintenance } = withMaintenance();
    history(soc, 600);
    await pollEveryMinute(soc, 3);
    maintenance.isOn = () => true;
    await pollEveryMinute(soc, 10);
    expect(await stateOf(soc)).toEqual({ up: 0, windowComplete: 1, differences: [] });
    expect(soc.logged.filter(({ level }) => level >= 40)).toEqual([
      expect.objectContaining({ msg: 'ledger created; counters start now' }),
      expect.objectContaining({ msg: 'poll failed', error: expect.stringContaining('maintenance') }),
    ]);
    maintenance.isOn = () => false;
    runs(soc, 30, { fromMs: soc.now() - 50_000, withinMs: 40_000 });
    await pollEveryMinute(soc, 1);
    expect(await stateOf(soc)).toEqual(counted);
  });

  test('when the exporter starts again with more news than can be paged: all of them are counted afterwards', async () => {
    const { soc, maintenance } = withMaintenance();
    history(soc, 300);
    await pollEveryMinute(soc, 3);
    soc.turn(4 * hourMs);
    runs(soc, 1.1 * paged, { fromMs: soc.now() - 3.9 * hourMs, withinMs: 3.8 * hourMs });
    soc.restart();
    maintenance.isOn = () => true;
    await pollEveryMinute(soc, 2);
    maintenance.isOn = () => false;
    await pollEveryMinute(soc, 1);
    expect(await stateOf(soc)).toEqual(counted);
  });

  test('to the sweep alone: it reads again, and is not complete before', async () => {
    const { soc, maintenance } = withMaintenance();
    history(soc, inForm(450, 3_000));
    let pages = 0;
    await soc.poll(() => ++pages < 3);
    soc.restart();
    // The first request of a poll is the tail's.
    let asked = 0;
    maintenance.isOn = () => ++asked > 1;
    await pollEveryMinute(soc, 1);
    expect(await stateOf(soc)).toMatchObject({ up: 1, windowComplete: 0 });
    maintenance.isOn = () => false;
    soc.turn(hourMs);
    await pollEveryMinute(soc, 2);
    expect(await stateOf(soc)).toEqual(counted);
  });

  test('for hours: it is believed', async () => {
    const { soc } = withMaintenance();
    history(soc, 100);
    await pollEveryMinute(soc, 3);
    for (const id of [...soc.world.instances.keys()]) soc.world.remove(id, soc.now());
    await pollEveryMinute(soc, 2);
    expect(await stateOf(soc)).toMatchObject({ up: 0 });
    for (let i = 0; i < 30; i++) {
      soc.turn(5 * minuteMs);
      await pollEveryMinute(soc, 1);
    }
    expect(await stateOf(soc)).toEqual(counted);
  });
});
