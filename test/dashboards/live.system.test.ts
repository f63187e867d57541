/** Every question of every dashboard, asked of a Prometheus that has scraped a SOC with all kinds of runs and trouble. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { defaultProject, defaultUser, defaultWorkspace } from '../../src/simulator/defaults.ts';
import { type Prometheus, type Series, startPrometheus } from '../support/alert/prometheus.ts';
import { temporaryFolder } from '../support/process/processes.ts';
import { polledAgain, serve } from '../support/process/served.ts';
import { type Simulated, startSimulator } from '../support/process/simulated.ts';
import { type Asked, asked, fill, loadDashboards, type Values } from './asked.ts';

/** Queries without data after half a minute, and why. One that has some all the same is an error too. */
const withoutData: Readonly<Record<string, string>> = {
  'secmaster-overview: Starts, and a week before, query A': 'Prometheus has no week of data',
  'secmaster-playbook: Starts, and a week before, query A': 'Prometheus has no week of data',
  'secmaster-playbook: Failed attempts, and a week before, query A': 'Prometheus has no week of data',
  'secmaster-playbook: Next start due, query A': 'no rhythm is known after three hours',
  'secmaster-exporter: Replicas, query A': 'leases are of replicas on PostgreSQL',
  'secmaster-exporter: Rejected rows per hour, by reason, query A': 'no row is rejected',
  'secmaster-playbook: annotation, query New workflow versions': 'a workflow gets a new version every three days',
};

/** What may have data or not in that time, and why. */
const atTimes: Readonly<Record<string, string>> = {
  'secmaster-playbook: Failing since, query A': 'the last run of a playbook has failed, or not',
  'secmaster-exporter: Failed polls, and why, query B': 'a full minute has passed since a poll failed, or not',
};

const everything: Values = { workspace: null, playbook: null, trigger_type: null };
const hardestName = 'Notify "on call" \\ SMS 🚨\nescalation';
/** What Grafana makes of a scrape each second. */
const times = { rateInterval: '8s', range: '60s' };

test('every query parses, is answered within a second, and has data', { timeout: 90_000 }, async () => {
  const { prometheus } = await scrapedSoc();
  const dashboards = loadDashboards();
  const answers: { question: Asked; series: readonly Series[]; ms: number }[] = [];
  for (const question of dashboards.flatMap(asked)) {
    const expr = fill(question.expr, everything, times);
    const from = performance.now();
    const series = await (question.isRange ? prometheus.range(expr, 40, 2) : prometheus.instant(expr));
    answers.push({ question, series, ms: performance.now() - from });
  }

  const empty = answers.filter(({ series }) => series.every(({ values }) => values.length === 0));
  const names = empty.map(({ question }) => nameOf(question)).filter((name) => !(name in atTimes));
  expect(names.sort()).toEqual(Object.keys(withoutData).sort());
  expect(answers.filter(({ ms }) => ms >= 1000).map(({ question }) => nameOf(question))).toEqual([]);
  // Only what is left of a budget can be less than nothing: an age that is, or a share, would be asked wrongly. SecMaster's time is known
  // to the second, so an age may seem to be a little less.
  const negative = answers.filter(({ series }) => series.some(({ values }) => values.some((value) => value < -1)));
  expect(negative.map(({ question }) => question.panel).filter((panel) => !/budget left/i.test(panel))).toEqual([]);
  // A legend that names a label which the series don't have would read as nothing.
  for (const { question, series } of answers.filter(({ series }) => series.length > 0)) {
    for (const [, label = ''] of question.legend.matchAll(/\{\{(.*?)\}\}/g)) {
      expect(
        series.some(({ metric }) => label in metric),
        `${nameOf(question)}: ${label}`,
      ).toBe(true);
    }
  }

  const withExemplars = dashboards.flatMap(asked).filter(({ exemplars }) => exemplars);
  expect(withExemplars.length).toBeGreaterThan(0);
  for (const { expr } of withExemplars) {
    expect(await prometheus.exemplars(fill(expr, everything, times))).not.toEqual([]);
  }

  for (const { templating } of dashboards) {
    for (const { name, query } of (templating.list ?? []).filter(({ type, hide }) => type === 'query' && !hide)) {
      const [, of = '', label = ''] = /^label_values\((.*), (\w+)\)$/s.exec(String(query)) ?? [];
      expect(label).toBe(name);
      expect(await prometheus.labelValues(label, of.replaceAll('$workspace', '.*'))).not.toEqual([]);
    }
  }

  // The same for one playbook whose name has quotes, a backslash and a line break, which its label has not.
  const one = {
    ...everything,
    workspace: ['prod'],
    playbook: [hardestName.replace('\n', ' ')],
    trigger_type: ['EVENT'],
  };
  for (const { expr, panel } of dashboards.filter(({ uid }) => uid === 'secmaster-playbook').flatMap(asked)) {
    const series = await prometheus.instant(fill(expr, one, times));
    if (panel === 'Since last start') expect(series).toHaveLength(1);
  }
});

const nameOf = ({ dashboard, panel, refId }: Asked) => `${dashboard}: ${panel}, query ${refId}`;

/** An alert of each area, and what the project's own rules would record in a week. */
const rules = [
  { alert: 'SecMasterTestExporter', expr: 'secmaster_up', labels: { severity: 'warning', area: 'exporter' } },
  { alert: 'SecMasterTestPlaybook', expr: playbooks(1), labels: { severity: 'critical', area: 'playbook' } },
  { record: 'workspace:secmaster_workflow_failed_runs:increase1w', expr: 'secmaster_up' },
  { record: 'workspace:secmaster_workflow_ended_runs:increase1w', expr: '100 * secmaster_up' },
  { record: 'secmaster:playbook_manual_work:minutes', expr: playbooks(20) },
];
function playbooks(value: number): string {
  return `${value} * group by (workspace, playbook) (secmaster_workflow_last_start_timestamp_seconds)`;
}

/** Half a minute, in which ten pass at SecMaster: runs of each status, throttling, failed polls, a firing alert. */
async function scrapedSoc(): Promise<{ prometheus: Prometheus }> {
  const simulated = await startSimulator({ historyMs: 3 * 3_600_000, runsPerMinute: 60, behindMs: 25 * 24_000 });
  // A Date that stands still is not believed: the ledger would begin at the local time, which SecMaster reaches only at the end.
  const moving = setInterval(() => void simulated.turn(500), 500);
  onTestFinished(() => clearInterval(moving));
  const served = await serve([`--config.file=${writeConfig(simulated)}`]);
  const prometheus = await startPrometheus([`127.0.0.1:${served.port}`], [{ name: 'test', rules }]);
  await polledAgain(served);
  clearInterval(moving);
  for (let second = 0; second < 25; second += 1) {
    if (second % 8 === 2) await simulated.addFault({ kind: 'throttle', times: 2, retryAfter: '0' });
    if (second === 14) await simulated.addFault({ kind: 'status', status: 500, times: 6 });
    await simulated.turn(24_000);
    await sleep(1000);
  }
  await polledAgain(served);
  return { prometheus };
}

function writeConfig(simulated: Simulated): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'password'), defaultUser.password);
  const config = {
    poll: { schedule: '* * * * * *', lookback: '2h', rate_limit: 200 },
    state: { path: join(folder, 'secmaster.db') },
    metrics: { new_series_hold: '0s' },
    workspaces: [
      {
        name: 'prod',
        region: defaultProject.name,
        project_id: defaultProject.id,
        workspace_id: defaultWorkspace.id,
        endpoint: simulated.url,
        iam_endpoint: simulated.url,
        // A token expires, an access key doesn't.
        credentials: {
          password: { domain: defaultUser.domain, user: defaultUser.user, password_file: join(folder, 'password') },
        },
      },
    ],
  };
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(config));
  return join(folder, 'config.yml');
}
