/** What ended before the ledger was created: read after the news, for streaks and expected starts alone. */
import { describe, expect, test } from 'vitest';
import { historyParts } from '../../src/poll/parts.ts';
import { SecMasterError } from '../../src/secmaster/http/errors.ts';
import type { BehaviourChange } from '../../src/simulator/behaviour.ts';
import { sampleValue } from '../support/metrics/exposition.ts';
import { createSoc, type SimulatedSoc, type SocOptions, startMs } from '../support/world/simulated-soc.ts';
import { hourMs, minuteMs, playbook } from './unkind/unkind.ts';

const dayMs = 24 * hourMs;
const consecutive = 'secmaster_playbook_consecutive_failures';
const timer = { playbook: 'Nightly', trigger_type: 'TIMER' };
const nightly = { id: '9b1c2d3e-0000-3000-8000-000000000002', name: 'Nightly' };

/** A timer that has failed each night for ten nights after ten good ones, and events, of which the last failed 5 days ago. */
function createOldSoc(options: SocOptions = {}): SimulatedSoc {
  const soc = createSoc(options);
  for (let day = 20; day >= 2; day--) {
    const atMs = startMs - day * dayMs;
    const id = soc.world.start(atMs, { playbook: nightly, triggerType: 'TIMER' });
    if (day > 10) soc.world.finish(id, atMs + minuteMs);
    else soc.world.fail(id, atMs + minuteMs, 'Query', 'timeout');
    for (let i = 0; i < 10; i++) {
      const event = soc.world.start(atMs + i * hourMs, { playbook });
      if (day === 5 && i === 9) soc.world.fail(event, atMs + i * hourMs + minuteMs, 'Query', 'timeout');
      else if (day > 4) soc.world.finish(event, atMs + i * hourMs + minuteMs);
      else {
        soc.world.beginTermination(event, atMs + i * hourMs + minuteMs);
        soc.world.terminate(event, atMs + i * hourMs + 2 * minuteMs);
      }
    }
  }
  // The list is longer than a page, and so isn't read to its end.
  for (let i = 0; i < 150; i++) {
    const atMs = startMs - hourMs + i * 1_000;
    soc.world.finish(soc.world.start(atMs, { playbook: { id: 'recent', name: 'Recent' } }), atMs + 500);
  }
  return soc;
}

async function streaks(soc: SimulatedSoc) {
  const text = await soc.exposition();
  return [timer, { playbook: playbook.name, trigger_type: 'EVENT' }].map((labels) =>
    sampleValue(text, consecutive, labels),
  );
}

/** Polls until there is no history left to read. */
async function pollOn(soc: SimulatedSoc, times = 12): Promise<void> {
  for (let i = 0; i < times; i++) {
    soc.turn(minuteMs);
    await soc.poll();
  }
}

async function isPending(soc: SimulatedSoc): Promise<boolean> {
  const ids = soc.workspace.report();
  const sweep = await (await soc.store.open(ids))?.sweep();
  return sweep?.some(({ purpose }) => purpose === 'history') ?? true;
}

test('the first poll does not wait for it, and the next ones read it', async () => {
  const soc = createOldSoc();
  await soc.poll();
  expect(await isPending(soc)).toBe(true);
  // What FAILED has been read; but what may have FINISHED since has not.
  expect(await streaks(soc)).toEqual([0, 0]);
  soc.turn(minuteMs);
  expect(await soc.poll()).toBeLessThanOrEqual(1 + 8);
  expect(await isPending(soc)).toBe(false);
  expect(await streaks(soc)).toEqual([9, 1]);
  soc.turn(minuteMs);
  expect(await soc.poll()).toBe(1);
});

test('timers come first, also where their list is longer than can be paged through', async () => {
  const asked: (string | undefined)[] = [];
  const soc = createSoc({
    behaviour: { paging: { maxWindow: 200 } },
    through: (secmaster) => ({
      ...secmaster,
      listInstances: (workspaceId, query, signal) => {
        asked.push(query.triggerType);
        return secmaster.listInstances(workspaceId, query, signal);
      },
    }),
  });
  for (let i = 0; i < 500; i++) {
    const atMs = startMs - 20 * dayMs + i * hourMs * 0.8;
    soc.world.finish(soc.world.start(atMs, { playbook: nightly, triggerType: 'TIMER' }), atMs + minuteMs);
  }
  await soc.poll();
  asked.length = 0;
  await pollOn(soc, 8);
  expect(await isPending(soc)).toBe(false);
  const types = asked.filter((type) => type !== undefined);
  expect(types.indexOf('EVENT')).toBe(types.lastIndexOf('TIMER') + 1);
});

test('is read as well where each poll has a process of its own', async () => {
  const soc = createOldSoc();
  await soc.poll();
  soc.turn(minuteMs);
  soc.restart();
  await soc.poll();
  expect(await isPending(soc)).toBe(false);
  expect(await streaks(soc)).toEqual([9, 1]);
});

test('counts nothing, and is in no gauge of the lookback', async () => {
  const soc = createOldSoc();
  await soc.poll();
  await pollOn(soc, 2);
  const text = await soc.exposition();
  for (const name of ['secmaster_workflow_instances_started_total', 'secmaster_workflow_attempts_completed_total'])
    expect(sampleValue(text, name, { playbook: 'Nightly' })).toBe(0);
  expect(sampleValue(text, 'secmaster_workflow_instances', { playbook: 'Nightly' })).toBeUndefined();
  expect(sampleValue(text, 'secmaster_exporter_audit_mismatches_total')).toBe(0);
  expect(await soc.differences()).toEqual([]);
});

test('leaves the window complete, and comes after the news of each poll', async () => {
  const soc = createOldSoc();
  await soc.poll();
  // Each poll has time for one page.
  for (let i = 0; (await isPending(soc)) && i < 20; i++) {
    soc.turn(minuteMs);
    soc.world.finish(soc.world.start(soc.now() - 2_000, { playbook }), soc.now() - 1_000);
    let asked = 0;
    await soc.poll(() => asked++ < 1);
    expect(sampleValue(await soc.exposition(), 'secmaster_exporter_window_complete')).toBe(1);
    expect(await soc.differences()).toEqual([]);
  }
  expect(await isPending(soc)).toBe(false);
  expect((await streaks(soc))[0]).toBe(9);
});

test('goes on after a restart in the middle', async () => {
  const asked: (string | undefined)[] = [];
  const soc = createOldSoc({
    through: (secmaster) => ({
      ...secmaster,
      listInstances: (workspaceId, query, signal) => {
        if (query.triggerType !== undefined) asked.push(query.triggerType);
        return secmaster.listInstances(workspaceId, query, signal);
      },
    }),
  });
  await soc.poll();
  soc.turn(minuteMs);
  let pages = 0;
  await soc.poll(() => pages++ < 1);
  soc.restart();
  const before = asked.splice(0);
  await pollOn(soc, 3);
  expect(before).toEqual(['TIMER']);
  expect([...new Set(asked)]).toEqual(['EVENT', 'MANUAL', 'DEBUG']);
  expect(await streaks(soc)).toEqual([9, 1]);
});

describe('SecMaster', () => {
  test.each<[string, BehaviourChange]>([
    ['refuses to filter by trigger type', { filters: { trigger_type: 'refused' } }],
    ['ignores the trigger type', { filters: { trigger_type: 'ignored' } }],
    ['ignores dates', { dates: { field: 'ignored' } }],
    ['limits dates to the end', { dates: { field: 'end' } }],
    ['limits dates to the last change', { dates: { field: 'update' } }],
    ['reads no form of dates', { dates: { forms: [] } }],
    [
      'ignores status, trigger type and dates',
      { filters: { trigger_type: 'ignored', status: 'ignored' }, dates: { field: 'ignored' } },
    ],
    [
      'refuses trigger type, status and dates',
      { filters: { trigger_type: 'refused', status: 'refused' }, dates: { forms: [] } },
    ],
    ['gives no count', { count: { shown: 'absent' } }],
    ['writes trigger types otherwise', { rows: { spelling: 'lower' } }],
    ['puts nothing in order', { order: { rows: 'random' } }],
  ])('%s: history is read all the same', async (_, behaviour) => {
    const soc = createOldSoc({ behaviour });
    await soc.poll();
    await pollOn(soc);
    expect(await isPending(soc)).toBe(false);
    expect(await streaks(soc)).toEqual([9, 1]);
    expect(sampleValue(await soc.exposition(), 'secmaster_exporter_poll_failures_total')).toBe(0);
    expect(await soc.differences()).toEqual([]);
  });
});

test('what cannot be paged through is given up with one line; streaks count from the creation of the ledger', async () => {
  const soc = createSoc({ behaviour: { dates: { field: 'ignored' }, paging: { maxOffset: 300 } } });
  for (let i = 0; i < 2_000; i++) {
    const atMs = startMs - 20 * dayMs + i * minuteMs;
    soc.world.fail(soc.world.start(atMs, { playbook }), atMs + 1_000, 'Query', 'timeout');
  }
  for (let i = 0; i < 150; i++) soc.world.finish(soc.world.start(startMs - hourMs + i * 1_000), startMs - 1_000);
  await soc.poll();
  await pollOn(soc, 20);
  expect(await isPending(soc)).toBe(false);
  expect(sampleValue(await soc.exposition(), consecutive, { playbook: playbook.name })).toBe(0);
  const lines = soc.logged.filter(({ msg }) => msg.startsWith('some earlier runs could not be read'));
  expect(lines.filter(({ level }) => level >= 40)).toHaveLength(1);
  expect(sampleValue(await soc.exposition(), 'secmaster_exporter_poll_failures_total')).toBe(0);
});

describe('an error of SecMaster fails no poll, is told once, and is followed by a pause', () => {
  test.each(['server_error', 'throttled', 'bad_request', 'timeout'] as const)('%s', async (kind) => {
    let refusals = 0;
    const soc = createOldSoc({
      through: (secmaster) => ({
        ...secmaster,
        async listInstances(workspaceId, query, signal) {
          const isOfHistory = query.fromMs !== undefined && query.fromMs < startMs - 25 * dayMs;
          if (refusals < 0 || !isOfHistory) return secmaster.listInstances(workspaceId, query, signal);
          refusals++;
          throw new SecMasterError(kind, 'list_instances', 'no');
        },
      }),
    });
    await soc.poll();
    refusals = 0;
    await pollOn(soc, 10);
    expect(refusals).toBeGreaterThan(0);
    expect(refusals).toBeLessThanOrEqual(kind === 'bad_request' ? 12 : 5);
    const text = await soc.exposition();
    expect(sampleValue(text, 'secmaster_up')).toBe(1);
    expect(sampleValue(text, 'secmaster_exporter_window_complete')).toBe(1);
    const told = soc.logged.filter(({ msg, level }) => msg === 'earlier runs could not be read' && level >= 40);
    expect(told.length).toBeLessThanOrEqual(1);
    refusals = -1;
    await pollOn(soc, 60);
    expect(await isPending(soc)).toBe(false);
  });
});

test.each<[string, Parameters<typeof historyParts>, [number | null, number | null, string | null][]]>([
  [
    'what began before the window, if dates limit starts',
    [{ createdAtMs: 10 * minuteMs, fromMinute: 5, profile: datesOf('start') }, 0, ['TIMER']],
    [[0, 6 * minuteMs, 'TIMER']],
  ],
  [
    'what ended before the ledger, if dates limit ends',
    [{ createdAtMs: 10 * minuteMs, fromMinute: 5, profile: datesOf('end') }, 0, ['TIMER']],
    [[0, 11 * minuteMs, 'TIMER']],
  ],
  [
    'nothing, if the window goes back further',
    [{ createdAtMs: 10 * minuteMs, fromMinute: 5, profile: datesOf('start') }, 5 * minuteMs, []],
    [],
  ],
  [
    'only what the filters let pass',
    [{ createdAtMs: 1, fromMinute: 0, profile: {} }, 0, ['DEBUG']],
    [[0, minuteMs + 1, 'DEBUG']],
  ],
])('of the history is read: %s', (_, given, expected) => {
  expect(historyParts(...given).map(({ fromMs, toMs, triggerType }) => [fromMs, toMs, triggerType])).toEqual(expected);
});

function datesOf(field: 'start' | 'end') {
  return { dates: { value: { form: '…Z' as const, field, precisionMs: 1 }, learnedMs: 0, how: '' } };
}
