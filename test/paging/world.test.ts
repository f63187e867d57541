import { expect, test } from 'vitest';
import { atOnce, type Incident, inARow } from './incident.ts';
import { events, timer } from './playbooks.ts';
import type { Sample } from './remote-write.ts';
import { installedMs, makeWorld, spanOf, type WorldPlan } from './world.ts';

const minute = 60_000;

const read = new Set([
  'up',
  'secmaster_up',
  'secmaster_workflow_attempts_completed_total',
  'secmaster_playbook_consecutive_failures',
  'secmaster_playbook_expected_start_timestamp_seconds',
]);

function incident(changed: Partial<Incident>): Incident {
  const usual = { playbooks: [], wants: 'page', by: [], decided: atOnce } as const;
  return { name: 'some', fromDay: 0, hours: 1, ...usual, ...changed };
}

/** Everything that is written of a world of an hour or so. */
async function lived(plan: Partial<WorldPlan>, minutes = 60) {
  const samples: Sample[] = [];
  const writer = { write: async (one: Sample) => void samples.push(one), flush: async () => {} };
  const days = (minutes * minute) / 86_400_000;
  const made = await makeWorld({ name: 'some', playbooks: [], incidents: [], ...plan }, writer, {
    seed: 1,
    days,
    read,
  });
  const of = (name: string, labels: Record<string, string> = {}) =>
    samples.filter(
      (one) => one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value),
    );
  return { made, samples, of };
}

const always = (ends: 'FAILED' | 'FINISHED') => () => ({
  attempts: [{ afterSeconds: 0, seconds: 5, ends, node: 'Act' }],
});

test('each minute has a sample of what the rules read, and of nothing else', async () => {
  const { samples, of } = await lived({ playbooks: [timer('A', 'every-5-minutes')] });
  expect(of('up').map(({ value }) => value)).toEqual(Array.from({ length: 60 }, () => 1));
  expect(of('secmaster_up')).toHaveLength(60);
  expect(new Set(samples.map(({ name }) => name))).toEqual(read);
  expect(samples.every(({ atMs }) => atMs % minute === 37_000)).toBe(true);
});

test('the exporter knows the rhythm of what ran before it was installed', async () => {
  const { of } = await lived({ playbooks: [timer('A', 'hourly')] }, 10);
  expect(of('secmaster_playbook_expected_start_timestamp_seconds', { playbook: 'A' }).length).toBeGreaterThan(5);
});

test('a trouble changes runs that start meanwhile, and what happened is told', async () => {
  const { made, of } = await lived({
    playbooks: [{ ...timer('A', 'every-5-minutes'), run: always('FINISHED') }],
    incidents: [incident({ playbooks: ['A'], fromDay: 20 / 1440, hours: 0.5, change: always('FAILED') })],
  });
  const ends = made.happened.filter(({ kind }) => kind !== 'started');
  const span = spanOf({ fromDay: 20 / 1440, hours: 0.5 });
  for (const { kind, atMs } of ends) expect(kind === 'FAILED').toBe(atMs > span.fromMs && atMs < span.untilMs + minute);
  expect(ends.filter(({ kind }) => kind === 'FAILED')).toHaveLength(6);
  expect(inARow(3)(ends, span.fromMs)).toBe(ends.filter(({ kind }) => kind === 'FAILED')[2]?.atMs);
  expect(Math.max(...of('secmaster_playbook_consecutive_failures').map(({ value }) => value ?? 0))).toBeGreaterThan(3);
});

test('starts that a trouble prevents are missed', async () => {
  const { made } = await lived({
    playbooks: [events('A', 500)],
    incidents: [incident({ playbooks: ['A'], change: () => null })],
  });
  expect(made.happened.length).toBeGreaterThan(10);
  expect(new Set(made.happened.filter(({ atMs }) => atMs > installedMs + 5 * minute).map(({ kind }) => kind))).toEqual(
    new Set(['missed']),
  );
});

test('an exporter that is down shows nothing, and its series end', async () => {
  const { of } = await lived({
    playbooks: [timer('A', 'every-5-minutes')],
    incidents: [incident({ fromDay: 20 / 1440, hours: 10 / 60, exporter: 'down' })],
  });
  expect(of('up').map(({ value }) => value)).toEqual(Array.from({ length: 60 }, (_, i) => (i >= 20 && i < 30 ? 0 : 1)));
  const shown = of('secmaster_up').map(({ value }) => value);
  expect(shown).toEqual([...Array(20).fill(1), null, ...Array(30).fill(1)]);
});

test.each([
  ['secmaster_down', [...Array(5).fill(1), ...Array(10).fill(0), ...Array(5).fill(1)]],
  ['three_polls_in_five_fail', [...Array(5).fill(1), 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, ...Array(5).fill(1)]],
] as const)('polls fail while there is %s', async (exporter, expected) => {
  const { of } = await lived({ incidents: [incident({ fromDay: 5 / 1440, hours: 10 / 60, exporter })] }, 20);
  expect(of('secmaster_up').map(({ value }) => value)).toEqual(expected);
});
