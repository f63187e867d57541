import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, join } from 'node:path';
import { json } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { ruleFiles } from '../../../scripts/alerts.ts';
import { formatDuration } from '../../../src/config/duration.ts';
import { eventually, freePort, type Running, start, temporaryFolder } from '../process/processes.ts';
import { type Rule, readRules } from './rules.ts';
import { scaledDuration, scaledRules } from './scaled-rules.ts';

/** One alert of one notification, as a receiver got it. */
export interface Notified {
  readonly atMs: number;
  /** The receiver's path: `/pager/soc`. */
  readonly to: string;
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Prometheus and Alertmanager on the project's own rules and examples, and the receivers of the notifications. */
export interface AlertStack {
  readonly notified: readonly Notified[];
  /** The first notification of this status of such an alert, once it has come. */
  told(status: Notified['status'], what: string, isIt: (one: Notified) => boolean): Promise<Notified>;
  query(expression: string): Promise<{ readonly metric: Record<string, string>; readonly value: [number, string] }[]>;
  /** What is wrong with any rule, by Prometheus. */
  ruleErrors(): Promise<string[]>;
  /** Tells Alertmanager of an alert past Prometheus; it lasts for `ms`. */
  postAlert(labels: Readonly<Record<string, string>>, ms: number): Promise<void>;
  readonly prometheus: Running;
}

/** For the slowest alert to come or to end. */
const maxMs = 200_000;

const examples = join(import.meta.dirname, '..', '..', '..', 'alerts', 'examples');
const readExample = (file: string) => readFileSync(join(examples, file), 'utf8');

/** How many times longer an alert is good than by default, where the machine keeps Prometheus waiting: else it would end by itself. */
const patience = 3;

/**
 * Everything runs so many times faster than it is written. `jobs` are the instances to scrape, by the name of the job; `tuning` are rules that
 * a user adds to the project's.
 */
export async function startAlertStack(
  factor: number,
  jobs: Readonly<Record<string, readonly string[]>>,
  tuning: readonly Rule[],
): Promise<AlertStack> {
  const folder = temporaryFolder();
  const { notified, receiverPort } = await startReceivers();

  const alertmanagerPort = await freePort();
  const alertmanagerConfig = join(folder, 'alertmanager.yml');
  const routed = readExample('alertmanager.yml')
    .replaceAll(/(?<=(?:group_wait|group_interval|repeat_interval): )\w+/g, (text) => scaledDuration(text, factor))
    .replaceAll(/http:\/\/(\w+)\.example\.com/g, (_, host) => `http://127.0.0.1:${receiverPort}/${host}`);
  writeFileSync(alertmanagerConfig, routed);
  start('prometheus-alertmanager', [
    `--config.file=${alertmanagerConfig}`,
    `--storage.path=${join(folder, 'alertmanager')}`,
    `--web.listen-address=127.0.0.1:${alertmanagerPort}`,
    '--cluster.listen-address=',
  ]);

  const { global, scrape_configs, ...config } = parse(readExample('prometheus.yml'));
  const prometheusConfig = join(folder, 'prometheus.yml');
  writeFileSync(
    prometheusConfig,
    JSON.stringify({
      ...config,
      global: {
        scrape_interval: scaledDuration(global.scrape_interval, factor),
        scrape_timeout: scaledDuration(global.scrape_interval, factor),
        evaluation_interval: scaledDuration(global.evaluation_interval, factor),
      },
      scrape_configs: Object.entries(jobs).map(([job_name, targets]) => ({
        ...scrape_configs[0],
        job_name,
        static_configs: [{ targets }],
      })),
      rule_files: [join(folder, '*.rules.yml')],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanagerPort}`] }] }] },
    }),
  );
  const prometheusPort = await freePort();
  const prometheus = start('prometheus', [
    `--config.file=${prometheusConfig}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${prometheusPort}`,
    `--query.lookback-delta=${formatDuration(300_000 / factor)}`,
    `--rules.alert.resend-delay=${formatDuration((patience * 60_000) / factor)}`,
  ]);

  const ask = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${prometheusPort}/api/v1/${path}`);
    return ((await response.json()) as { data: never }).data;
  };
  const query: AlertStack['query'] = async (expression) => {
    const { result } = await ask(`query?query=${encodeURIComponent(expression)}`);
    return result;
  };
  const instances = Object.values(jobs).flat();
  const isUp = () => query('up == 1').then((all) => (all.length === instances.length ? true : undefined));
  await eventually(() => isUp().catch(() => undefined), 'a scrape of all', prometheus);
  // Finding its targets takes Prometheus five seconds, and no scale shortens them: the rules come afterwards.
  for (const file of ruleFiles()) {
    writeFileSync(join(folder, basename(file)), JSON.stringify(scaledRules(readRules(file), factor)));
  }
  writeFileSync(
    join(folder, 'tuning.rules.yml'),
    JSON.stringify(scaledRules({ groups: [{ name: 'tuning', rules: tuning }] }, factor)),
  );
  prometheus.child.kill('SIGHUP');

  return {
    notified,
    prometheus,
    query,
    told(status, what, isIt) {
      const find = () => notified.find((one) => one.status === status && isIt(one));
      return eventually(find, `${status}: ${what}`, prometheus, maxMs);
    },
    async ruleErrors() {
      const { groups } = (await ask('rules')) as { groups: { rules: { name: string; lastError?: string }[] }[] };
      return groups.flatMap(({ rules }) =>
        rules.flatMap(({ name, lastError }) => (lastError ? [`${name}: ${lastError}`] : [])),
      );
    },
    async postAlert(labels, ms) {
      const endsAt = new Date(Date.now() + ms).toISOString();
      const response = await fetch(`http://127.0.0.1:${alertmanagerPort}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([{ labels, endsAt }]),
      });
      if (!response.ok) throw new Error(`Alertmanager: ${response.status} ${await response.text()}`);
    },
  };
}

async function startReceivers(): Promise<{ notified: Notified[]; receiverPort: number }> {
  const notified: Notified[] = [];
  const server = createServer((request, response) => {
    const atMs = Date.now();
    void json(request).then((body) => {
      const { alerts } = body as { alerts: Pick<Notified, 'status' | 'labels' | 'annotations'>[] };
      for (const { status, labels, annotations } of alerts) {
        notified.push({ atMs, to: request.url ?? '', status, labels, annotations });
      }
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return { notified, receiverPort: typeof address === 'object' ? (address?.port ?? 0) : 0 };
}
