import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createRandom } from '../../src/simulator/random.ts';
import { temporaryFolder } from '../support/process/processes.ts';
import { routesOf } from './alertmanager.ts';
import { evaluate } from './evaluate.ts';
import { alertmanagerOf } from './lab.ts';
import { type Series, startPrometheus } from './prometheus.ts';
import { inOrder } from './rules-in-order.ts';

const minute = 60_000;
const beganMs = Date.parse('2026-06-01T00:00:00Z');

async function started() {
  const prometheus = await startPrometheus(temporaryFolder());
  onTestFinished(() => prometheus[Symbol.asyncDispose]());
  return prometheus;
}

test('a series is gone from the minute in which it ends, however many samples there are', async () => {
  const prometheus = await started();
  const writer = prometheus.writer();
  const minutes = 30_000;
  for (let i = 0; i < minutes; i += 1) {
    await writer.write({ name: 'some', labels: { a: 'b' }, atMs: beganMs + i * minute, value: i % 10 < 8 ? i : null });
  }
  await writer.flush();
  const values: Series['values'][number][] = [];
  for await (const result of prometheus.range('some', {
    fromMs: beganMs,
    toMs: beganMs + (minutes - 1) * minute,
    stepMs: minute,
  }))
    values.push(...result.flatMap((one) => one.values));
  expect(values).toHaveLength((minutes / 10) * 8);
  expect(values.every(([seconds, text]) => Number(text) === (seconds * 1000 - beganMs) / minute)).toBe(true);
});

test('a rule that reads its own samples is refused, unless there are none', async () => {
  const prometheus = await started();
  const writer = prometheus.writer();
  await writer.write({ name: 'some', labels: { a: 'b' }, atMs: beganMs, value: 1 });
  await writer.flush();
  const kept = (read: string) => ({
    record: 'level:kept:sum',
    expr: `${read} or last_over_time(level:kept:sum[1h])`,
    intervalMs: minute,
    group: 0,
  });
  const span = { fromMs: beganMs, toMs: beganMs + 10 * minute };
  expect(await evaluate(prometheus, [kept('none')], span)).toEqual([]);
  await expect(evaluate(prometheus, [kept('some')], span)).rejects.toThrow('level:kept:sum reads its own samples');
});

test('what fires when is what promtool says', { timeout: 120_000 }, async () => {
  const random = createRandom(7);
  const steps = 240;
  const series = ['a', 'b', 'c'].map((name) => ({
    name,
    values: Array.from({ length: steps }, (_, i) =>
      random.chance(0.04) ? null : random.chance(0.5) || i % 40 > 25 ? 9 : 1,
    ),
  }));
  const rules = [
    { record: 'x:doubled:sum', expr: 'sum by (name) (x) * 2' },
    { record: 'x:high:group', expr: 'group by (name) (x:doubled:sum > 10)', labels: { kind: 'high' } },
    { alert: 'AtOnce', expr: 'x:doubled:sum > 10' },
    { alert: 'Waits', expr: 'x > 5', for: '3m', labels: { severity: 'warning' } },
    { alert: 'Kept', expr: 'x:high:group offset 1m', for: '1m', keep_firing_for: '4m' },
    { alert: 'KeptAtOnce', expr: 'max_over_time(x[2m]) < 5', keep_firing_for: '2m' },
  ];

  const prometheus = await started();
  const writer = prometheus.writer();
  for (let i = 0; i < steps; i += 1)
    for (const { name, values } of series)
      await writer.write({ name: 'x', labels: { name }, atMs: beganMs + i * minute, value: values[i] ?? null });
  await writer.flush();
  const placed = inOrder(rules).map((rule) => ({ ...rule, group: 0, intervalMs: minute }));
  const alerts = await evaluate(prometheus, placed, { fromMs: beganMs, toMs: beganMs + (steps - 1) * minute });
  expect(alerts.length).toBeGreaterThan(20);

  const folder = temporaryFolder();
  const names = rules.flatMap(({ alert }) => alert ?? []);
  const expected = Array.from({ length: steps }, (_, i) => i).flatMap((i) =>
    names.map((alertname) => ({
      eval_time: `${i}m`,
      alertname,
      exp_alerts: alerts
        .filter(({ labels, fromMs, untilMs }) => {
          const atMs = beganMs + i * minute;
          return labels.alertname === alertname && fromMs <= atMs && (untilMs === null || untilMs > atMs);
        })
        .map(({ labels: { alertname: _, ...exp_labels } }) => ({ exp_labels })),
    })),
  );
  writeFileSync(join(folder, 'rules.yml'), JSON.stringify({ groups: [{ name: 'all', interval: '1m', rules }] }));
  writeFileSync(
    join(folder, 'test.yml'),
    JSON.stringify({
      rule_files: ['rules.yml'],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: series.map(({ name, values }) => ({
            series: `x{name="${name}"}`,
            values: values.map((value) => value ?? 'stale').join(' '),
          })),
          alert_rule_test: expected,
        },
      ],
    }),
  );
  expect(execFileSync('promtool', ['test', 'rules', 'test.yml'], { cwd: folder, encoding: 'utf8' })).toContain(
    'SUCCESS',
  );
});

test('an alert takes the route that amtool says', () => {
  const { route } = alertmanagerOf('alerts');
  for (const area of ['exporter', 'playbook']) {
    for (const severity of ['critical', 'warning']) {
      const line = [
        'config',
        'routes',
        'test',
        '--config.file=alerts/examples/alertmanager.yml',
        `area=${area}`,
        `severity=${severity}`,
      ];
      const receivers = execFileSync('amtool', line, { encoding: 'utf8' }).trim().split(',');
      expect(routesOf(route, { area, severity }).map(({ receiver }) => receiver)).toEqual(receivers);
    }
  }
});
