/** A real Prometheus on loopback, and its answers. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, freePort, type Running, start, temporaryFolder } from '../process/processes.ts';

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Those that are numbers. */
  readonly values: readonly number[];
}

export interface Prometheus {
  readonly running: Running;
  instant(expr: string): Promise<readonly Series[]>;
  /** Over the last seconds, a value for each step. */
  range(expr: string, seconds: number, stepSeconds: number): Promise<readonly Series[]>;
  /** The labels of each exemplar of the series that an expression selects. */
  exemplars(expr: string): Promise<readonly object[]>;
  labelValues(label: string, selector: string): Promise<readonly string[]>;
}

/** Scrapes the targets, such as `127.0.0.1:9000`, and evaluates the rule groups, each second. */
export async function startPrometheus(
  targets: readonly string[],
  groups: readonly object[] = [],
  /** Of the scrape job: how the targets are spoken to. */
  job: object = {},
): Promise<Prometheus> {
  const folder = temporaryFolder();
  const port = await freePort();
  // JSON is YAML.
  writeFileSync(join(folder, 'rules.yml'), JSON.stringify({ groups }));
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [join(folder, 'rules.yml')],
    scrape_configs: [{ job_name: 'secmaster', static_configs: [{ targets }], ...job }],
  };
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const running = start('prometheus', [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    '--enable-feature=exemplar-storage',
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
  const url = `http://127.0.0.1:${port}`;
  const isReady = async () => ((await fetch(`${url}/-/ready`).catch(() => null))?.ok === true ? true : undefined);
  await eventually(isReady, 'a Prometheus that is ready', running);

  const call = async (path: string, parameters: Record<string, string>): Promise<unknown> => {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const answer = (await response.json()) as { status: string; error?: string; data: unknown };
    if (answer.status !== 'success') throw new Error(`${answer.error}: ${parameters.query}`);
    return answer.data;
  };
  const series = (data: unknown) =>
    (data as { result: { metric: Record<string, string>; value?: Point; values?: Point[] }[] }).result.map(
      ({ metric, value, values = value === undefined ? [] : [value] }) => ({
        metric,
        values: values.map(([, text]) => Number(text)).filter((number) => !Number.isNaN(number)),
      }),
    );
  return {
    running,
    instant: async (query) => series(await call('query', { query })),
    range: async (query, seconds, step) => {
      const end = Date.now() / 1000;
      return series(await call('query_range', { query, start: `${end - seconds}`, end: `${end}`, step: `${step}` }));
    },
    exemplars: async (query) => {
      const found = await call('query_exemplars', { query, start: '0', end: '9e9' });
      return (found as { exemplars: { labels: object }[] }[]).flatMap(({ exemplars }) =>
        exemplars.map(({ labels }) => labels),
      );
    },
    labelValues: async (label, selector) =>
      (await call(`label/${label}/values`, { 'match[]': selector })) as readonly string[],
  };
}

type Point = readonly [atSeconds: number, value: string];
