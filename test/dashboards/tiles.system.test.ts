/** What the large numbers say of a given past: promtool makes up the series and evaluates the panels' own queries. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withReplicas } from '../support/alert/with-replicas.ts';
import { temporaryFolder } from '../support/process/processes.ts';
import { asked, fill, loadDashboards } from './asked.ts';

const hour = 60;
const day = 24 * hour;
/** Minutes after the epoch, at which a tile is read. */
const now = 8 * day;
/** Minutes from sample to sample: promtool takes only 10,000 samples a query. */
const step = 5;

/** Series in promtool's notation, `from+by×times`, of so many minutes; growth is given a minute. */
const steady = (value: number, minutes = now) => `${value}x${minutes / step}`;
const growing = (by: number, minutes = now) => `0+${by * step}x${minutes / step}`;
const grownUntil = (minutesAgo: number, by: number) =>
  `${growing(by, now - minutesAgo)} ${steady(by * (now - minutesAgo), minutesAgo - step)}`;
const secondsAgo = (seconds: number) => steady(now * 60 - seconds);

const up = {
  'secmaster_up{workspace="prod"}': steady(1),
  'secmaster_exporter_last_success_timestamp_seconds{workspace="prod"}': secondsAgo(0),
};
function ends(playbook: string, finished: string, failed: string, retried = steady(0), trigger = 'EVENT') {
  const labels = `workspace="prod", playbook="${playbook}", trigger_type="${trigger}"`;
  return {
    [`secmaster_workflow_retries_total{${labels}}`]: retried,
    [`secmaster_workflow_attempts_completed_total{${labels}, status="FINISHED"}`]: finished,
    [`secmaster_workflow_attempts_completed_total{${labels}, status="FAILED"}`]: failed,
    [`secmaster_workflow_attempts_completed_total{${labels}, status="TERMINATED"}`]: steady(0),
  };
}
const gauge = (family: string, playbook: string, value: string, trigger = 'TIMER') => ({
  [`${family}{workspace="prod", playbook="${playbook}", trigger_type="${trigger}"}`]: value,
});
const inARow = (playbook: string, failures: number, trigger?: string) =>
  gauge('secmaster_playbook_consecutive_failures', playbook, steady(failures), trigger);
const dueSecondsAgo = (playbook: string, seconds: number, trigger?: string) =>
  gauge('secmaster_playbook_expected_start_timestamp_seconds', playbook, secondsAgo(seconds), trigger);
const oldestOpen = (playbook: string, seconds: number) => ({
  [`secmaster_workflow_oldest_open_start_timestamp_seconds{workspace="prod", playbook="${playbook}", status="RUNNING"}`]:
    secondsAgo(seconds),
});

interface Row {
  readonly name: string;
  readonly tile: string;
  readonly past: Readonly<Record<string, string>>;
  /** null: no data. */
  readonly says: number | null;
}

const overview: readonly Row[] = [
  {
    name: 'a playbook whose runs mostly fail is failing',
    tile: 'Failing playbooks',
    past: { ...up, ...ends('bad', growing(0.1), growing(0.2)), ...ends('well', growing(0.3), growing(0.01)) },
    says: 1,
  },
  {
    name: 'runs that fail once and succeed when they are retried are none',
    tile: 'Failing playbooks',
    past: { ...up, ...ends('retried', growing(0.1), growing(0.1), growing(0.1)) },
    says: 0,
  },
  {
    name: 'debug runs may fail',
    tile: 'Failing playbooks',
    past: { ...up, ...ends('tried', steady(0), growing(1), steady(0), 'DEBUG') },
    says: 0,
  },
  {
    name: 'three failures in a row are enough, however long they took; two are not',
    tile: 'Failing playbooks',
    past: { ...up, ...inARow('weekly', 3), ...inARow('daily', 2) },
    says: 1,
  },
  {
    name: 'a playbook that fails in both ways is one',
    tile: 'Failing playbooks',
    past: { ...up, ...ends('bad', growing(0.1), growing(0.2)), ...inARow('bad', 4, 'EVENT') },
    says: 1,
  },
  {
    name: 'two failures in an hour are too few, whatever their share',
    tile: 'Failing playbooks',
    past: { ...up, ...ends('rare', steady(0), growing(2 / hour)) },
    says: 0,
  },
  {
    name: 'a playbook that failed two hours ago is not failing now',
    tile: 'Failing playbooks',
    past: { ...up, ...ends('mended', growing(0.1), grownUntil(2 * hour, 1)) },
    says: 0,
  },
  { name: 'without runs nothing fails', tile: 'Failing playbooks', past: up, says: 0 },
  { name: 'without an exporter nothing is known of failures', tile: 'Failing playbooks', past: {}, says: null },
  {
    name: 'a run that has been open for five hours is stuck, one of ten minutes is not',
    tile: 'Stuck playbooks',
    past: { ...up, ...oldestOpen('hangs', 5 * 3600), ...oldestOpen('works', 600) },
    says: 1,
  },
  { name: 'without open runs nothing is stuck', tile: 'Stuck playbooks', past: up, says: 0 },
  {
    name: 'a timer whose start is overdue is silent, one that is due soon is not',
    tile: 'Silent playbooks',
    past: { ...up, ...dueSecondsAgo('stopped', 60), ...dueSecondsAgo('runs', -600) },
    says: 1,
  },
  {
    name: 'events that fall silent are no timer',
    tile: 'Silent playbooks',
    past: { ...up, ...dueSecondsAgo('events', 60, 'EVENT') },
    says: 0,
  },
  { name: 'without a rhythm nothing is silent', tile: 'Silent playbooks', past: up, says: 0 },
  {
    name: 'while polls fail nobody knows whether a timer is silent or a run is stuck',
    tile: 'Silent playbooks',
    past: {
      ...up,
      ...dueSecondsAgo('unseen', 2 * 3600),
      'secmaster_exporter_last_success_timestamp_seconds{workspace="prod"}': secondsAgo(3 * 3600),
    },
    says: 0,
  },
  {
    name: 'of 20 runs one failed',
    tile: 'Success rate (objective 95 %)',
    past: { ...up, ...ends('one', growing(0.95), growing(0.05)) },
    says: 0.95,
  },
  {
    name: 'the budget is used up where failures are as many as the objective allows',
    tile: 'Failure budget left, 14d',
    past: { ...up, ...ends('one', growing(0.95), growing(0.05)) },
    says: 0,
  },
  {
    name: 'half of the budget is left where half as many fail',
    tile: 'Failure budget left, 14d',
    past: { ...up, ...ends('one', growing(0.975), growing(0.025)) },
    says: 0.5,
  },
  {
    name: 'open runs are those of each status that is no end',
    tile: 'Open runs',
    past: {
      ...up,
      'secmaster_workflow_instances{workspace="prod", status="RUNNING"}': steady(3),
      'secmaster_workflow_instances{workspace="prod", status="PAUSED"}': steady(2),
      'secmaster_workflow_instances{workspace="prod", status="FAILED"}': steady(7),
    },
    says: 5,
  },
  {
    name: 'the oldest of two workspaces tells the age of the data',
    tile: 'Age of the data',
    past: {
      'secmaster_exporter_last_success_timestamp_seconds{workspace="a"}': secondsAgo(30),
      'secmaster_exporter_last_success_timestamp_seconds{workspace="b"}': secondsAgo(900),
    },
    says: 900,
  },
];

const exporter: readonly Row[] = [
  {
    name: 'an exporter that was scraped and no longer is',
    tile: 'Scraped by Prometheus',
    past: {
      'up{job="secmaster", instance="gone"}': steady(0),
      'secmaster_exporter_build_info{job="secmaster", instance="gone"}': `${steady(1, now - hour)} stale`,
      'up{job="node", instance="other"}': steady(0),
    },
    says: 0,
  },
  {
    name: 'one of two workspaces fails',
    tile: 'Workspaces whose poll failed',
    past: { 'secmaster_up{workspace="a"}': steady(0), 'secmaster_up{workspace="b"}': steady(1) },
    says: 1,
  },
  {
    name: 'no request was ever throttled',
    tile: 'Throttled requests',
    past: { 'secmaster_exporter_api_requests_total{operation="list_instances", code="200"}': growing(1) },
    says: 0,
  },
  {
    name: 'one of ten requests was throttled',
    tile: 'Throttled requests',
    past: {
      'secmaster_exporter_api_requests_total{operation="list_instances", code="200"}': growing(0.9),
      'secmaster_exporter_api_requests_total{operation="list_instances", code="429"}': growing(0.1),
    },
    says: 0.1,
  },
  { name: 'keys that do not expire', tile: 'Credentials expire in', past: up, says: null },
];

const playbook: readonly Row[] = [
  {
    name: 'no run has failed',
    tile: 'Failure ratio now',
    past: {
      'secmaster_workflow_instances{workspace="prod", playbook="p", trigger_type="EVENT", status="FINISHED"}':
        steady(4),
    },
    says: 0,
  },
  {
    name: 'each second run was retried once',
    tile: 'Attempts per run',
    past: {
      'secmaster_workflow_instances_started_total{workspace="prod", playbook="p", trigger_type="EVENT"}': growing(1),
      'secmaster_workflow_retries_total{workspace="prod", playbook="p", trigger_type="EVENT"}': growing(0.5),
    },
    says: 1.5,
  },
];

describe.each([
  ['secmaster-overview', overview],
  ['secmaster-exporter', exporter],
  ['secmaster-playbook', playbook],
])('%s', (uid, rows) => {
  test.each(rows)('$tile: $name', ({ tile, past, says }) => {
    const questions = loadDashboards().flatMap(asked);
    const expr = questions.find(({ dashboard, panel }) => dashboard === uid && panel === tile)?.expr ?? '';
    const everything = { workspace: null, playbook: null, trigger_type: null };
    // promtool compares to the last digit.
    const rounded = `round(${fill(expr, everything, { rateInterval: '2m', range: '24h' })}, 0.001)`;
    promtool(rounded, past, says);
  });
});

/** Throws with what promtool printed where the expression has another value. */
function promtool(expr: string, past: Readonly<Record<string, string>>, value: number | null): void {
  const file = join(temporaryFolder(), 'test.yml');
  const input_series = Object.entries(past).map(([series, values]) => ({ series, values }));
  const promql_expr_test = [
    { expr, eval_time: `${now}m`, exp_samples: value === null ? [] : [{ labels: '{}', value }] },
  ];
  const one = { name: 'one process', interval: `${step}m`, input_series, promql_expr_test, alert_rule_test: [] };
  const tests = [one, ...withReplicas([{ ...one, name: 'two replicas' }], 2)];
  writeFileSync(file, JSON.stringify({ rule_files: [], evaluation_interval: `${step}m`, tests }));
  expect(execFileSync('promtool', ['test', 'rules', file], { encoding: 'utf8', stdio: 'pipe' })).toContain('SUCCESS');
}
