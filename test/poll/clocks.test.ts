import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { noFilters } from '../../src/secmaster/api/filters.ts';
import type { BehaviourChange } from '../../src/simulator/behaviour.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { sampleValue } from '../support/metrics/exposition.ts';
import { createClientInProcess } from '../support/secmaster/in-process.ts';
import { createSoc } from '../support/world/simulated-soc.ts';

/** Clocks that are wrong, and what is counted all the same. */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const log = pino({ level: 'silent' });

/** A SOC whose exporter's machine has a clock of its own. */
function setUp(time: BehaviourChange['time'], localErrorMs = 0) {
  let errorMs = localErrorMs;
  const soc = createSoc({ behaviour: { time } });
  const { clock } = soc;
  // A Date that stands still is the one of an hour before the first poll.
  clock.advance(hourMs);
  const local = { ...clock, now: () => clock.now() + errorMs };
  const through = (simulator: Simulator) => createClientInProcess(simulator, { clock: local, log, filters: noFilters });
  const exporter = createSoc({ after: soc, through: () => through(soc.simulator) });
  return {
    exporter,
    jump(ms: number) {
      errorMs += ms;
    },
    run() {
      exporter.world.finish(exporter.world.start(exporter.now() - 2_000), exporter.now() - 1_000);
    },
    async completed() {
      const labels = { status: 'FINISHED' };
      return sampleValue(await exporter.exposition(), 'secmaster_workflow_attempts_completed_total', labels) ?? 0;
    },
  };
}

test.each<[string, BehaviourChange['time'], localErrorMs: number]>([
  ['all is right', {}, 0],
  ['the first Date is an hour ahead', { offMs: hourMs, offAnswers: 1 }, 0],
  ['the first Date is an hour behind', { offMs: -hourMs, offAnswers: 1 }, 0],
  ['the first three Dates are an hour ahead', { offMs: hourMs, offAnswers: 3 }, 0],
  ['the first three Dates are an hour behind', { offMs: -hourMs, offAnswers: 3 }, 0],
  ['there is no Date', { date: 'absent' }, 0],
  ['the Date is in another form', { date: 'iso' }, 0],
  ['the Date has stood still for an hour', { date: 'constant' }, 0],
  ['the local clock is an hour ahead', {}, hourMs],
  ['the local clock is years behind', {}, -20_000 * hourMs],
  ['the local clock is an hour ahead, and the first Date an hour behind', { offMs: -hourMs, offAnswers: 1 }, hourMs],
])('counting begins with the first poll when %s', async (_, time, localErrorMs) => {
  const { exporter, run, completed } = setUp(time, localErrorMs);
  run();
  exporter.turn(30 * minuteMs);
  run();
  exporter.turn(2_000);
  await exporter.poll();
  expect(await completed()).toBe(0);
  for (let minute = 1; minute <= 10; minute++) {
    exporter.turn(minuteMs);
    run();
    await exporter.poll();
    expect(await completed()).toBe(minute);
    expect(await exporter.differences()).toEqual([]);
  }
});

describe('nothing is counted twice or missed when', () => {
  test.each<[string, (soc: ReturnType<typeof setUp>) => void]>([
    ['one Date is an hour ahead', (soc) => wrong(soc, hourMs)],
    ['one Date is an hour behind', (soc) => wrong(soc, -hourMs)],
    ['the local clock jumps ahead by a year', ({ jump }) => jump(365 * 24 * hourMs)],
    ['the local clock jumps back by a year', ({ jump }) => jump(-365 * 24 * hourMs)],
    ['the Date is gone', ({ exporter }) => exporter.simulator.behaviour.patch({ time: { date: 'absent' } })],
    ['the Date stands still', ({ exporter }) => exporter.simulator.behaviour.patch({ time: { date: 'constant' } })],
  ])('%s', async (_, happen) => {
    const soc = setUp({});
    const { exporter, run, completed } = soc;
    await exporter.poll();
    for (let minute = 1; minute <= 12; minute++) {
      exporter.turn(minuteMs);
      run();
      if (minute === 6) happen(soc);
      await exporter.poll();
      expect(await completed()).toBe(minute);
      expect(await exporter.differences()).toEqual([]);
      expect(Math.abs(exporter.secmaster.now() - exporter.now())).toBeLessThan(1_000);
    }
    expect(sampleValue(await exporter.exposition(), 'secmaster_exporter_window_complete')).toBe(1);
  });

  function wrong({ exporter }: ReturnType<typeof setUp>, offMs: number): void {
    exporter.simulator.behaviour.patch({ time: { offMs, offAnswers: 1 } });
  }
});

test.each<[string, BehaviourChange['time'], localErrorMs: number, string]>([
  ['each Date is an hour ahead', { offMs: hourMs }, 0, "this machine's clock is 60 min behind the Date"],
  ['the local clock is wrong', {}, 2 * hourMs, "this machine's clock is 120 min ahead of the Date"],
  ['there is no Date', { date: 'absent' }, 0, 'no usable Date'],
])('one warning says what to check when %s', async (_, time, localErrorMs, said) => {
  const { exporter } = setUp(time, localErrorMs);
  for (let i = 0; i < 3; i++) {
    await exporter.poll();
    exporter.turn(minuteMs);
  }
  const warnings = exporter.logged.filter(({ level }) => level === 40);
  expect(warnings).toEqual([
    expect.objectContaining({ problem: expect.stringContaining(said) }),
    expect.objectContaining({ msg: 'ledger created; counters start now' }),
  ]);
});
