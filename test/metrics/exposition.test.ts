import { execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createExposition } from '../../src/metrics/exposition.ts';
import { gzipHead, gzipWhole } from '../../src/metrics/gzip.ts';
import { collect } from '../../src/metrics/samples.ts';
import { emptySnapshot, report } from '../support/report.ts';

const series = { playbook: 'Isolate "host"', triggerType: 'EVENT', status: 'FAILED' };
const exemplar = { instanceId: '8eed56de-7aaf-4732-baaf-46c1bb11dc8f', seconds: 4.5, endTimeMs: 1_784_376_000_500 };
const snapshot = {
  ...emptySnapshot,
  counters: [
    { ...series, counter: 'completed' as const, node: '', value: 2 },
    { ...series, counter: 'timed' as const, node: '', value: 1 },
  ],
  durations: [{ ...series, le: 10, count: 1, sumSeconds: 4.5, exemplar }],
};

async function exposition() {
  const made = createExposition('1.2.3', () => 0);
  await made.update(collect([report({ snapshot })], [1, 10]));
  return made;
}

test('OpenMetrics names counters without _total in TYPE, has exemplars, and ends with # EOF', async () => {
  const text = (await (await exposition()).scrape('openmetrics', 'identity')).toString();
  const labels = 'workspace="prod",playbook="Isolate \\"host\\"",trigger_type="EVENT",status="FAILED"';
  const lines = text.split('\n');
  expect(lines).toContain('# TYPE secmaster_workflow_instances_completed counter');
  expect(lines).toContain(`secmaster_workflow_instances_completed_total{${labels}} 2`);
  expect(lines).toContain(
    `secmaster_workflow_duration_seconds_bucket{${labels},le="10"} 1 # {instance_id="${exemplar.instanceId}"} 4.5 1784376000.5`,
  );
  expect(lines).toContain('# TYPE process_cpu_user_seconds counter');
  expect(text.endsWith('\n# EOF\n')).toBe(true);
  expect(lines.filter((line) => line === '' || line === '# EOF')).toEqual(['# EOF', '']);
});

test('the text format has no exemplars, and neither format spoils the other', async () => {
  const made = await exposition();
  const before = (await made.scrape('text', 'identity')).toString();
  await made.scrape('openmetrics', 'identity');
  await made.update(collect([report({ snapshot })], [1, 10]));
  const after = (await made.scrape('text', 'identity')).toString();
  const ours = (text: string) => text.split('\n').filter((line) => line.includes('secmaster_workflow'));
  expect(ours(after)).toEqual(ours(before));
  expect(after).not.toContain(exemplar.instanceId);
  expect(after).toContain('# TYPE secmaster_workflow_instances_completed_total counter');
  expect(after).toContain('# TYPE process_cpu_user_seconds_total counter');
  const all = execFileSync('promtool', ['check', 'metrics'], {
    input: ours(after).join('\n').concat('\n'),
    encoding: 'utf8',
  });
  expect(all).toBe('');
});

test('gzip holds the same bytes', async () => {
  const made = await exposition();
  for (const format of ['text', 'openmetrics'] as const) {
    const plain = (await made.scrape(format, 'identity')).toString().split('# HELP process_')[0];
    expect(
      gunzipSync(await made.scrape(format, 'gzip'))
        .toString()
        .split('# HELP process_')[0],
    ).toBe(plain);
  }
});

test('a gzip stream begun once is ended with any tail', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array(), fc.uint8Array(), async (head, tail) => {
      const whole = gzipWhole(await gzipHead(Buffer.from(head)), Buffer.from(tail));
      expect(gunzipSync(whole)).toEqual(Buffer.concat([head, tail]));
    }),
  );
});

test('a label longer than OpenMetrics allows for an exemplar leaves the exemplar out', async () => {
  const made = createExposition('1.2.3', () => 0);
  const long = { ...exemplar, instanceId: 'x'.repeat(200) };
  const durations = [{ ...series, le: 10, count: 1, sumSeconds: 4.5, exemplar: long }];
  await made.update(collect([report({ snapshot: { ...snapshot, durations } })], [1, 10]));
  expect((await made.scrape('openmetrics', 'identity')).toString()).not.toContain('# {');
});

test('a reload is told with its success and the time of the last good one', async () => {
  let nowMs = 1_000_000;
  const made = createExposition('1.2.3', () => nowMs);
  const lines = async () =>
    (await made.scrape('text', 'identity'))
      .toString()
      .split('\n')
      .filter((line) => line.startsWith('secmaster_exporter_config_'));
  const told = (isSuccessful: 0 | 1, seconds: number) => [
    `secmaster_exporter_config_last_reload_successful ${isSuccessful}`,
    `secmaster_exporter_config_last_reload_success_timestamp_seconds ${seconds}`,
  ];
  expect(await lines()).toEqual(told(1, 1_000));
  nowMs += 60_000;
  made.observeReload(false);
  expect(await lines()).toEqual(told(0, 1_000));
  made.observeReload(true);
  expect(await lines()).toEqual(told(1, 1_060));
});
