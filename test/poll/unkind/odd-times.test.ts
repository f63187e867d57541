import { describe, expect, test } from 'vitest';
import type { Instance, SettableFields } from '../../../src/simulator/instance.ts';
import { inForm } from '../../support/form.ts';
import { sampleValue } from '../../support/metrics/exposition.ts';
import type { SimulatedSoc } from '../../support/world/simulated-soc.ts';
import {
  createBoundedSoc,
  expectCounted,
  friendlyAtFirst,
  history,
  hourMs,
  minuteMs,
  news,
  oddPlaybook,
  quietPolls,
  some,
} from './unkind.ts';

const many = inForm(400, 1_200);
const dayMs = 24 * hourMs;

const oddities: [string, (row: Instance) => SettableFields][] = [
  ['an end_time of 1970', () => ({ endTimeMs: 0 })],
  ['an end_time of the day before its start', ({ startTimeMs }) => ({ endTimeMs: (startTimeMs ?? 0) - dayMs })],
  ['an end_time before its start by months', ({ startTimeMs }) => ({ endTimeMs: (startTimeMs ?? 0) - 100 * dayMs })],
  ['a start_time of 1970', () => ({ startTimeMs: 0 })],
  ['a start_time of 40 days before its creation', ({ createTimeMs }) => ({ startTimeMs: createTimeMs - 40 * dayMs })],
  ['a start_time of the year 2100', () => ({ startTimeMs: Date.parse('2100-01-01T00:00:00Z') })],
  ['a start_time of the year 9999', () => ({ startTimeMs: Date.parse('9999-01-01T00:00:00Z') })],
  ['more retries than a sum can hold', () => ({ raw: (row) => ({ ...row, retry_count: Number.MAX_SAFE_INTEGER }) })],
  ['a start_time that is no time', () => ({ raw: (row) => ({ ...row, start_time: 'yesterday' }) })],
];

/** An ended run in the middle of what the exporter has yet to see. */
function addOdd({ world }: SimulatedSoc, atMs: number, fields: (row: Instance) => SettableFields): void {
  const id = world.start(atMs, { playbook: oddPlaybook });
  world.finish(id, atMs + 1);
  const row = world.instances.get(id) as Instance;
  world.set(id, atMs + 1, { updateTimeMs: atMs + 1, ...fields(row) });
}

const auditsOf = async (soc: SimulatedSoc) =>
  sampleValue(await soc.exposition(), 'secmaster_exporter_audits_total') ?? 0;

/** All others are counted, the window is complete, and audits go on. */
async function expectUnharmed(soc: SimulatedSoc): Promise<void> {
  await expectCounted(soc, { except: oddPlaybook.id });
  await quietPolls(soc, 6, 6 * minuteMs);
  const before = await auditsOf(soc);
  await quietPolls(soc, 6, 6 * minuteMs);
  expect(await auditsOf(soc)).toBeGreaterThan(before);
}

describe(`one row of ${many} has`, () => {
  test.each(some(oddities, 4))('%s, in history', async (_, fields) => {
    const soc = createBoundedSoc();
    history(soc, many);
    addOdd(soc, soc.now() - 12 * hourMs, fields);
    await expectUnharmed(soc);
  });

  test.each(
    some(
      [{ forms: [] }, { field: 'ignored' as const }].flatMap((dates) =>
        oddities.map(([name, fields]): [string, string, typeof dates, typeof fields] => [
          name,
          'forms' in dates ? 'refused' : 'ignored',
          dates,
          fields,
        ]),
      ),
      6,
    ),
  )('%s, in history, and dates are %s: all others are counted', async (_, __, dates, fields) => {
    const soc = createBoundedSoc({ behaviour: { dates } });
    history(soc, many);
    addOdd(soc, soc.now() - 12 * hourMs, fields);
    await expectCounted(soc, { except: oddPlaybook.id });
  });

  test.each(some(oddities.slice(0, 4), 4))('%s, after a downtime', async (_, fields) => {
    const soc = await friendlyAtFirst(100);
    news(soc, many);
    addOdd(soc, soc.now() - 30 * minuteMs, fields);
    await expectUnharmed(soc);
  });
});

test(`ten rows of ${many} have odd times, and more come with every hour`, async () => {
  const soc = createBoundedSoc();
  history(soc, many);
  for (let i = 0; i < 10; i++) addOdd(soc, soc.now() - (10 + i) * hourMs, oddities[i % 5]?.[1] ?? (() => ({})));
  await soc.poll();
  for (let i = 0; i < 5; i++) {
    news(soc, 50);
    addOdd(soc, soc.now() - 30 * minuteMs, oddities[i]?.[1] ?? (() => ({})));
    await soc.poll();
  }
  await expectUnharmed(soc);
});
