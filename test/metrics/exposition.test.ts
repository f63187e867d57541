import { expect, test } from 'vitest';
import { type Exposition, processMetricsLastMs } from '../../src/metrics/exposition.ts';
import { workflow } from '../../src/metrics/families.ts';
import { samplesInSlice } from '../../src/metrics/renderer.ts';
import { expositionOf, scrapeOf } from '../support/metrics/exposition.ts';
import { emptySnapshot, report } from '../support/metrics/report.ts';

const labels = { playbook: 'Isolate "host"', trigger_type: 'EVENT', status: 'FAILED' };
const exemplar = { instanceId: '8eed56de-7aaf-4732-baaf-46c1bb11dc8f', seconds: 4.5, endTimeMs: 1_784_376_000_500 };
const snapshot = {
  ...emptySnapshot,
  counters: { ...emptySnapshot.counters, completed: [{ labels, value: 2 }], timed: [{ labels, value: 1 }] },
  durations: [{ labels, buckets: [{ le: 10, count: 1, sumSeconds: 4.5, exemplar }] }],
};

async function exposition() {
  const made = expositionOf();
  await made.update([report({ snapshot })], [1, 10]);
  return made;
}

test('OpenMetrics names counters without _total in TYPE, has exemplars, and ends with # EOF', async () => {
  const text = await scrapeOf(await exposition(), 'openmetrics');
  const labels = 'workspace="prod",playbook="Isolate \\"host\\"",trigger_type="EVENT",status="FAILED"';
  const lines = text.split('\n');
  expect(lines).toContain('# TYPE secmaster_workflow_attempts_completed counter');
  expect(lines).toContain(`secmaster_workflow_attempts_completed_total{${labels}} 2`);
  expect(lines).toContain(
    `secmaster_workflow_duration_seconds_bucket{${labels},le="10"} 1 # {instance_id="${exemplar.instanceId}"} 4.5 1784376000.5`,
  );
  expect(lines).toContain('# TYPE process_cpu_user_seconds counter');
  expect(text.endsWith('\n# EOF\n')).toBe(true);
  expect(lines.filter((line) => line === '' || line === '# EOF')).toEqual(['# EOF', '']);
});

test('the text format has no exemplars, and neither format spoils the other', async () => {
  const made = await exposition();
  const before = await scrapeOf(made);
  await scrapeOf(made, 'openmetrics');
  await made.update([report({ snapshot })], [1, 10]);
  const after = await scrapeOf(made);
  const ours = (text: string) => text.split('\n').filter((line) => line.includes('secmaster_workflow'));
  expect(ours(after)).toEqual(ours(before));
  expect(after).not.toContain(exemplar.instanceId);
  expect(after).toContain('# TYPE secmaster_workflow_attempts_completed_total counter');
  expect(after).toContain('# TYPE process_cpu_user_seconds_total counter');
});

test.each(['text', 'openmetrics'] as const)('gzip holds the same bytes, in %s', async (format) => {
  const made = await exposition();
  expect(await scrapeOf(made, format, 'gzip')).toBe(await scrapeOf(made, format));
});

test.each([
  ['longer than OpenMetrics allows', 'x'.repeat(200)],
  ['with NUL', 'a\u0000b'],
  ['with a line break', 'a\nb'],
  ['with letters beyond ASCII', 'é'],
  ['of nothing', ''],
])('an instance id %s is no exemplar', async (_, instanceId) => {
  const made = expositionOf();
  const long = { ...exemplar, instanceId };
  const durations = [{ labels, buckets: [{ le: 10, count: 1, sumSeconds: 4.5, exemplar: long }] }];
  await made.update([report({ snapshot: { ...snapshot, durations } })], [1, 10]);
  expect(await scrapeOf(made, 'openmetrics')).not.toContain('# {');
});

const gaugesOnly = () => expositionOf({ families: [workflow.instances] });

/** What makes `samples` samples, all with this value. */
function gauges(samples: number, value: number) {
  const window = Array.from({ length: samples }, (_, i) => ({
    labels: { playbook: `playbook ${i}`, trigger_type: 'EVENT', status: 'RUNNING' },
    instances: value,
    retries: 0,
  }));
  return [report({ snapshot: { ...emptySnapshot, window } })];
}

/** The values that a scrape finds, each once. */
async function values(made: Exposition): Promise<string[]> {
  const lines = (await scrapeOf(made)).split('\n').filter((line) => line.startsWith('secmaster_workflow'));
  return [...new Set(lines.map((line) => line.slice(line.lastIndexOf(' ') + 1)))];
}

test('while an update is rendered, scrapes get the whole exposition before it', async () => {
  const made = gaugesOnly();
  await made.update(gauges(samplesInSlice * 4, 1), []);
  await scrapeOf(made);
  let isDone = false;
  const update = made.update(gauges(samplesInSlice * 4, 2), []).then(() => {
    isDone = true;
  });
  const during = await values(made);
  expect({ during, isDone }).toEqual({ during: ['1'], isDone: false });
  await update;
  expect(await values(made)).toEqual(['2']);
});

test('of updates that overlap the latest stands in the end, and each resolves once it or a later one stands', async () => {
  const made = gaugesOnly();
  await made.update(gauges(1, 0), []);
  await scrapeOf(made);
  // Each larger than the next, so that an earlier one would end later.
  const found = [1, 2, 3, 4].map(async (value) => {
    await made.update(gauges(samplesInSlice * (9 - 2 * value), value), []);
    const [stands] = await values(made);
    return Number(stands) >= value;
  });
  expect(await Promise.all(found)).toEqual([true, true, true, true]);
  expect(await values(made)).toEqual(['4']);
});

test('the first scrapes, all at once, get what the update before them has brought', async () => {
  const made = gaugesOnly();
  await made.update(gauges(samplesInSlice * 2, 7), []);
  expect(await Promise.all([values(made), values(made), values(made)])).toEqual([['7'], ['7'], ['7']]);
});

test('no more samples than a slice are made and rendered between two turns of the event loop', async () => {
  let [turn, isDone] = [0, false];
  const goOn = () => {
    turn++;
    if (!isDone) setImmediate(goOn);
  };
  setImmediate(goOn);
  const inTurn: number[] = [];
  const family = {
    ...workflow.instances,
    *fromLedger() {
      for (let i = 0; i < 70_000; i++) {
        inTurn[turn] = (inTurn[turn] ?? 0) + 1;
        yield { labels: { playbook: `playbook ${i}` }, value: 1 };
      }
    },
  };
  const made = expositionOf({ families: [family] });
  await scrapeOf(made);
  await made.update([report()], []);
  isDone = true;
  expect(inTurn.reduce((sum, samples) => sum + (samples ?? 0), 0)).toBe(70_000);
  expect(Math.max(...Object.values(inTurn))).toBeLessThanOrEqual(samplesInSlice);
});

test('process metrics are those of the moment, and shared by the scrapes of one moment', async () => {
  let elapsedMs = 500;
  const made = expositionOf({ elapsedMs: () => elapsedMs });
  const requests = async () => /^secmaster_exporter_api_requests_total{.*} (\d+)$/m.exec(await scrapeOf(made))?.[1];
  made.observeRequest('eu-west-101', 'list_instances', '200', 0.1);
  const first = await requests();
  made.observeRequest('eu-west-101', 'list_instances', '200', 0.1);
  const atOnce = await requests();
  elapsedMs += processMetricsLastMs;
  const later = await requests();
  expect([first, atOnce, later]).toEqual(['1', '1', '2']);
});

test('without metrics about the process, those of the exporter stay', async () => {
  const typesOf = async (hasProcessMetrics: boolean) =>
    (await scrapeOf(expositionOf({ hasProcessMetrics, families: [] }))).match(/(?<=^# TYPE )[a-z]+_/gm) ?? [];
  expect(new Set(await typesOf(true))).toEqual(new Set(['process_', 'nodejs_', 'secmaster_']));
  expect(new Set(await typesOf(false))).toEqual(new Set(['secmaster_']));
});

const failing = {
  ...workflow.retries,
  *fromLedger() {
    yield { labels: { playbook: 'Isolate host', trigger_type: 'EVENT' }, value: 1 };
    throw new Error('divided by nothing');
  },
};

test('a family whose samples cannot be made is told of, and missing alone', async () => {
  const told: unknown[] = [];
  const families = [workflow.instances, failing, workflow.completed];
  const made = expositionOf({ families, onBug: (error, ...at) => told.push([String(error), ...at]) });
  await made.update([report({ snapshot })], []);
  const lines = (await scrapeOf(made)).split('\n').filter((line) => line.startsWith('secmaster_workflow'));
  expect(lines).toEqual([
    'secmaster_workflow_attempts_completed_total{workspace="prod",playbook="Isolate \\"host\\"",trigger_type="EVENT",status="FAILED"} 2',
  ]);
  expect(told).toEqual([['Error: divided by nothing', 'secmaster_workflow_retries_total', 'prod']]);
});

test('the part that polls make is not copied for a scrape', async () => {
  const made = await exposition();
  const [one] = await made.scrape('text', 'identity');
  const [other] = await made.scrape('text', 'identity');
  expect(one).toBe(other);
});

test('a reload is told with its success and the time of the last good one', async () => {
  let nowMs = 1_000_000;
  const made = expositionOf({ now: () => nowMs, elapsedMs: () => nowMs });
  const lines = async () =>
    (await scrapeOf(made)).split('\n').filter((line) => line.startsWith('secmaster_exporter_config_'));
  const told = (isSuccessful: 0 | 1, seconds: number) => [
    `secmaster_exporter_config_last_reload_successful ${isSuccessful}`,
    `secmaster_exporter_config_last_reload_success_timestamp_seconds ${seconds}`,
  ];
  expect(await lines()).toEqual(told(1, 1_000));
  nowMs += 60_000;
  made.observeReload(false);
  expect(await lines()).toEqual(told(0, 1_000));
  made.observeReload(true);
  nowMs += processMetricsLastMs;
  expect(await lines()).toEqual(told(1, 1_060));
});
