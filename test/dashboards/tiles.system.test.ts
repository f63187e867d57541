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
const grownSince = (minutesAgo: number, by: number) =>
  `${steady(0, now - minutesAgo - step)} ${growing(by, minutesAgo)}`;
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
/** Of a quarter of an hour ago. */
const old = { ...up, 'secmaster_exporter_last_success_timestamp_seconds{workspace="prod"}': secondsAgo(900) };
const verdict = 'Is it working?';
const alert = (name: string, playbook: string) => ({
  [`ALERTS{alertname="${name}", alertstate="firing", severity="warning", area="playbook", workspace="prod", playbook="${playbook}"}`]:
    steady(1),
});
const lastSuccessOf = (workspace: string) =>
  `secmaster_exporter_last_success_timestamp_seconds{workspace="${workspace}"}`;
const disabled = (playbook: string) => ({
  [`secmaster_playbook_enabled{workspace="prod", playbook="${playbook}"}`]: steady(0),
});
const known = (playbook: string) => gauge('secmaster_workflow_last_start_timestamp_seconds', playbook, secondsAgo(60));
const week = (failed: number, ended: number) => ({
  'workspace:secmaster_workflow_failed_runs:increase1w{workspace="prod"}': steady(failed),
  'workspace:secmaster_workflow_ended_runs:increase1w{workspace="prod"}': steady(ended),
});
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
  /** Of a table: its query, and the labels of its only row. */
  readonly query?: string;
  readonly labels?: string;
  readonly at?: Instant;
}

/** When a tile is read, in minutes, and how far apart the samples of its past are. */
interface Instant {
  readonly minutes: number;
  readonly step: number;
}

const overview: readonly Row[] = [
  {
    name: 'a playbook whose runs mostly fail is failing',
    tile: 'Failing',
    past: { ...up, ...ends('bad', growing(0.1), growing(0.2)), ...ends('well', growing(0.3), growing(0.01)) },
    says: 1,
  },
  {
    name: 'runs that fail once and succeed when they are retried are none',
    tile: 'Failing',
    past: { ...up, ...ends('retried', growing(0.1), growing(0.1), growing(0.1)) },
    says: 0,
  },
  {
    name: 'debug runs may fail',
    tile: 'Failing',
    past: { ...up, ...ends('tried', steady(0), growing(1), steady(0), 'DEBUG') },
    says: 0,
  },
  {
    name: 'three failures in a row are enough, however long they took; two are not',
    tile: 'Failing',
    past: { ...up, ...inARow('weekly', 3), ...inARow('daily', 2) },
    says: 1,
  },
  {
    name: 'a playbook that fails in both ways is one',
    tile: 'Failing',
    past: { ...up, ...ends('bad', growing(0.1), growing(0.2)), ...inARow('bad', 4, 'EVENT') },
    says: 1,
  },
  {
    name: 'two failures in an hour are too few, whatever their share',
    tile: 'Failing',
    past: { ...up, ...ends('rare', steady(0), growing(2 / hour)) },
    says: 0,
  },
  {
    name: 'a playbook that failed two hours ago is not failing now',
    tile: 'Failing',
    past: { ...up, ...ends('mended', growing(0.1), grownUntil(2 * hour, 1)) },
    says: 0,
  },
  { name: 'without runs nothing fails', tile: 'Failing', past: up, says: 0 },
  { name: 'without an exporter nothing is known of failures', tile: 'Failing', past: {}, says: null },
  {
    name: 'a run that has been open for five hours is stuck, one of ten minutes is not',
    tile: 'Stuck',
    past: { ...up, ...oldestOpen('hangs', 5 * 3600), ...oldestOpen('works', 600) },
    says: 1,
  },
  { name: 'without open runs nothing is stuck', tile: 'Stuck', past: up, says: 0 },
  {
    name: 'a timer whose start is overdue is silent, one that is due soon is not',
    tile: 'Silent',
    past: { ...up, ...dueSecondsAgo('stopped', 60), ...dueSecondsAgo('runs', -600) },
    says: 1,
  },
  {
    name: 'events that fall silent are no timer',
    tile: 'Silent',
    past: { ...up, ...dueSecondsAgo('events', 60, 'EVENT') },
    says: 0,
  },
  { name: 'without a rhythm nothing is silent', tile: 'Silent', past: up, says: 0 },
  {
    name: 'while polls fail nobody knows whether a timer is silent or a run is stuck',
    tile: 'Silent',
    past: { ...old, ...dueSecondsAgo('unseen', 2 * 3600) },
    says: null,
  },
  {
    name: 'while polls fail a share of before is not one of now',
    tile: 'Success rate',
    past: { ...old, ...ends('one', growing(0.95), growing(0.05)) },
    says: null,
  },
  {
    name: 'a slow playbook is one for which its alert fires',
    tile: 'Slow',
    past: { ...up, ...alert('SecMasterPlaybookSlow', 'slow'), ...alert('SecMasterRetryStorm', 'retried') },
    says: 1,
  },
  { name: 'without runs all works', tile: verdict, past: up, says: 0 },
  { name: 'without an exporter there is no verdict', tile: verdict, past: {}, says: null },
  {
    name: 'an alert on no playbook is a reason to look',
    tile: verdict,
    past: { ...up, 'ALERTS{alertname="SecMasterPollFailing", alertstate="firing", workspace="prod"}': steady(1) },
    says: 1,
  },
  {
    name: 'another alert on a playbook is, too',
    tile: verdict,
    past: { ...up, ...known('retried'), ...alert('SecMasterRetryStorm', 'retried') },
    says: 1,
  },
  { name: 'slow is worse', tile: verdict, past: { ...up, ...alert('SecMasterPlaybookSlow', 'slow') }, says: 2 },
  {
    name: 'stuck is worse than slow',
    tile: verdict,
    past: { ...up, ...alert('SecMasterPlaybookSlow', 'both'), ...oldestOpen('both', 5 * 3600) },
    says: 3,
  },
  {
    name: 'silent is worse than stuck',
    tile: verdict,
    past: { ...up, ...oldestOpen('stuck', 5 * 3600), ...dueSecondsAgo('silent', 60) },
    says: 6,
  },
  {
    name: 'failing is the worst',
    tile: verdict,
    past: { ...up, ...inARow('failing', 3), ...dueSecondsAgo('failing', 60) },
    says: 7,
  },
  {
    name: 'an alert that pages is on playbooks, if on none by name',
    tile: verdict,
    past: {
      ...up,
      'ALERTS{alertname="SecMasterWorkspaceFailing", alertstate="firing", severity="critical", area="playbook", workspace="prod"}':
        steady(1),
    },
    says: 5,
  },
  {
    name: 'an alert that names no workspace is about each',
    tile: verdict,
    past: {
      ...up,
      'ALERTS{alertname="SecMasterThrottled", alertstate="firing", severity="warning", area="exporter"}': steady(1),
    },
    says: 1,
  },
  {
    name: 'nothing is known while the data are old, whatever was last seen',
    tile: verdict,
    past: { ...old, ...known('failing'), ...inARow('failing', 3) },
    says: 4,
  },
  {
    name: 'nor does an alert on the exporter, which pages, make it known',
    tile: verdict,
    past: {
      ...old,
      ...known('failing'),
      'ALERTS{alertname="SecMasterDataStale", alertstate="firing", severity="critical", area="exporter", workspace="prod"}':
        steady(1),
    },
    says: 4,
  },
  {
    name: 'nothing is known of a workspace that was never read',
    tile: verdict,
    past: { 'secmaster_up{workspace="prod"}': steady(0) },
    says: 4,
  },
  {
    name: 'nothing is known of a workspace whose exporter is gone',
    tile: verdict,
    past: { ...up, [lastSuccessOf('gone')]: `${steady(60 * (now - 30), now - 30)} stale` },
    says: 4,
  },
  {
    name: 'what fails in one workspace is worse than that nothing is known of another',
    tile: verdict,
    past: { ...up, ...known('failing'), ...inARow('failing', 3), [lastSuccessOf('lab')]: secondsAgo(900) },
    says: 7,
  },
  {
    name: 'and it is counted',
    tile: 'Failing',
    past: { ...up, ...inARow('failing', 3), [lastSuccessOf('lab')]: secondsAgo(900) },
    says: 1,
  },
  {
    name: 'of a playbook that somebody has disabled nothing is expected',
    tile: verdict,
    past: { ...up, ...disabled('off'), ...inARow('off', 5), ...dueSecondsAgo('off', 60) },
    says: 0,
  },
  {
    name: 'a replica that is cut off shows what once was',
    tile: verdict,
    past: {
      ...up,
      'secmaster_exporter_last_success_timestamp_seconds{workspace="prod", job="s", instance="cut off"}':
        secondsAgo(7200),
      'secmaster_playbook_consecutive_failures{workspace="prod", playbook="p", trigger_type="EVENT", job="s", instance="cut off"}':
        steady(5),
      'secmaster_workflow_oldest_open_start_timestamp_seconds{workspace="prod", playbook="p", status="RUNNING", job="s", instance="cut off"}':
        secondsAgo(9 * 3600),
      'secmaster_playbook_expected_start_timestamp_seconds{workspace="prod", playbook="p", trigger_type="TIMER", job="s", instance="cut off"}':
        secondsAgo(3600),
    },
    says: 0,
  },
  {
    name: 'the limits that the rules record are those of the playbook, and of the workspace',
    tile: verdict,
    past: {
      ...old,
      'workspace:secmaster_data_age_limit:seconds{workspace="prod"}': steady(3600),
      ...inARow('often', 4),
      'workspace_playbook:secmaster_failures_limit:count{workspace="prod", playbook="often"}': steady(10),
      ...oldestOpen('approval', 5 * 3600 + 900),
      'workspace_playbook:secmaster_open_limit:seconds{workspace="prod", playbook="approval"}': steady(12 * 3600),
    },
    says: 0,
  },
  {
    name: 'a retry of one playbook hides no failure of another',
    tile: 'Success rate',
    past: {
      ...up,
      ...ends('failed', growing(0.5), growing(0.5)),
      ...ends('retried', growing(1), steady(0), growing(0.5)),
    },
    says: 0.75,
  },
  {
    name: 'of 20 runs one failed',
    tile: 'Success rate',
    past: { ...up, ...ends('one', growing(0.95), growing(0.05)) },
    says: 0.95,
  },
  {
    name: 'the budget is used up where failures are as many as the objective allows',
    tile: 'Budget left',
    past: { ...up, ...week(50, 1000) },
    says: 0,
  },
  {
    name: 'half of the budget is left where half as many fail',
    tile: 'Budget left',
    past: { ...up, ...week(25, 1000) },
    says: 0.5,
  },
  { name: 'nothing ended in a week', tile: 'Budget left', past: { ...up, ...week(0, 0) }, says: null },
  {
    name: 'a day of a finished run a minute, each of which would take a person half an hour',
    tile: 'Work saved',
    past: {
      ...up,
      ...ends('set', growing(1), growing(0.1)),
      ...ends('not set', growing(1), growing(0)),
      ...ends('set', growing(1), growing(0), steady(0), 'DEBUG'),
      'secmaster:playbook_manual_work:minutes{workspace="prod", playbook="set"}': steady(30),
    },
    says: 720,
  },
  {
    name: 'nobody has said how long a person would take',
    tile: 'Work saved',
    past: { ...up, ...ends('not set', growing(1), growing(0)) },
    says: null,
  },
  {
    name: 'the oldest of two workspaces tells the age of the data',
    tile: 'Data age',
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
    tile: 'Failing polls',
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
  {
    name: 'of polls that failed for half an hour, two hours ago, the last one is told, in milliseconds',
    tile: 'Failed polls, and why',
    query: 'B',
    labels: '{workspace="prod", reason="timeout"}',
    past: {
      'secmaster_exporter_poll_failures_total{workspace="prod", reason="timeout"}': '0x60 1+1x29 30x120',
    },
    at: { minutes: 210, step: 1 },
    // Within ten minutes, in steps of five.
    says: 1000 * 60 * 95,
  },
  { name: 'keys that do not expire', tile: 'Credentials expire in', past: up, says: null },
];

const playbook: readonly Row[] = [
  {
    name: 'half of the runs of the last hour failed, and none before',
    tile: 'Failed, last hour',
    past: { ...up, ...known('p'), ...ends('p', growing(0.1), grownSince(hour, 0.1)) },
    says: 0.5,
  },
  {
    name: 'no run has failed',
    tile: 'Failed, lookback',
    past: {
      'secmaster_workflow_instances{workspace="prod", playbook="p", trigger_type="EVENT", status="FINISHED"}':
        steady(4),
      ...up,
      ...known('p'),
    },
    says: 0,
  },
  {
    name: 'while the data of its workspace are old, nobody knows whether it fails',
    tile: 'Failures in a row',
    past: { ...old, ...known('p'), ...inARow('p', 0) },
    says: null,
  },
  {
    name: 'old data of another workspace are no concern of its own',
    tile: 'Failures in a row',
    past: {
      ...up,
      ...known('p'),
      ...inARow('p', 2),
      'secmaster_exporter_last_success_timestamp_seconds{workspace="lab"}': secondsAgo(900),
    },
    says: 2,
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
  test.each(rows)('$tile: $name', ({ tile, past, says, query = 'A', labels = '{}', at = { minutes: now, step } }) => {
    const questions = loadDashboards().flatMap(asked);
    const expr =
      questions.find(({ dashboard, panel, refId }) => dashboard === uid && panel === tile && refId === query)?.expr ??
      '';
    const everything = { workspace: null, playbook: null, trigger_type: null };
    // promtool compares to the last digit.
    const rounded = `round(${fill(expr, everything, { rateInterval: '2m', range: '24h' })}, 0.001)`;
    promtool(rounded, past, at, says === null ? [] : [{ labels, value: says }]);
  });
});

/** Throws with what promtool printed where the expression has another value. */
function promtool(
  expr: string,
  past: Readonly<Record<string, string>>,
  { minutes, step }: Instant,
  exp_samples: readonly object[],
): void {
  const file = join(temporaryFolder(), 'test.yml');
  const input_series = Object.entries(past).map(([series, values]) => ({ series, values }));
  const promql_expr_test = [{ expr, eval_time: `${minutes}m`, exp_samples }];
  const one = { name: 'one process', interval: `${step}m`, input_series, promql_expr_test, alert_rule_test: [] };
  const tests = [one, ...withReplicas([{ ...one, name: 'two replicas' }], 2)];
  writeFileSync(file, JSON.stringify({ rule_files: [], evaluation_interval: `${step}m`, tests }));
  expect(execFileSync('promtool', ['test', 'rules', file], { encoding: 'utf8', stdio: 'pipe' })).toContain('SUCCESS');
}
