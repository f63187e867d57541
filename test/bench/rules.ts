import { durationMs } from '../paging/duration.ts';
import { type Prometheus, startPrometheus } from '../paging/prometheus.ts';
import { metricsRead, type PlacedRule, rulesOf } from '../paging/rules-in-order.ts';
import { createScraper } from '../paging/samples.ts';
import { readExpression } from '../support/alert/promql.ts';
import { createSoc } from '../support/world/simulated-soc.ts';
import { against, type Extent, type Figure, inMs } from './figure.ts';
import { fillWorld } from './history.ts';
import { temporaryFolder } from './processes.ts';
import { median } from './statistics.ts';

const playbooks = 500;
const workspaces = 5;
const runs = 20_000;

/** Each series once. */
const countAll = 'count({__name__=~"secmaster_.+"})';

/** What Prometheus spends on the rules: all of them once, against a query that reads each series of theirs once. */
export async function measureRules({ rounds }: Extent): Promise<Figure[]> {
  using folder = temporaryFolder();
  await using prometheus = await startPrometheus(folder.path);
  const rules = rulesOf('alerts');
  const atMs = Date.now();
  const series = await scrape(prometheus, metricsRead(rules), timesOf(rules, atMs), atMs);
  for (const rule of rules) if (rule.record !== undefined) await record(prometheus, rule, rules, atMs);

  const all: number[] = [];
  const once: number[] = [];
  let samples = 0;
  for (let round = 0; round < rounds; round++) {
    const beganMs = performance.now();
    samples = 0;
    for (const { expr } of rules) samples += (await prometheus.at(expr, atMs)).samples;
    all.push(performance.now() - beganMs);
    const floorMs = performance.now();
    await prometheus.at(countAll, atMs);
    once.push(performance.now() - floorMs);
  }
  const [measured, floor] = [median(all), median(once)];
  return [
    against(
      `all rules once, ${playbooks} playbooks in each of ${workspaces} workspaces: ${samples.toLocaleString('en')} samples`,
      `${inMs(floor)}: each of ${series.toLocaleString('en')} series`,
      inMs(measured),
      measured / floor,
    ),
  ];
}

/** Now, and each offset and the beginning of each range. */
function timesOf(rules: readonly PlacedRule[], atMs: number): number[] {
  const back = rules.flatMap(({ expr }) =>
    readExpression(expr).durations.map(({ from, to }) => durationMs(expr.slice(from, to))),
  );
  return [...new Set([0, ...back])].sort((a, b) => b - a).map((ms) => atMs - ms);
}

/** One SOC stands for all workspaces: how long a query takes doesn't depend on the values. */
async function scrape(
  prometheus: Prometheus,
  read: ReadonlySet<string>,
  times: readonly number[],
  nowMs: number,
): Promise<number> {
  const soc = createSoc({ beganMs: nowMs, settings: { maxPlaybooks: playbooks } });
  fillWorld(soc.world, { instances: runs, playbooks, nowMs });
  for (let i = 0; i < 3; i++) await soc.poll();
  const collected = soc.collected().map(({ family, samples }) => ({ family, samples: [...samples] }));
  const writer = prometheus.writer();
  for (let i = 0; i < workspaces; i++) {
    const scraper = createScraper(writer, {
      target: { job: 'secmaster', instance: 'soc:19210' },
      workspace: `soc-${i}`,
      read,
    });
    for (const atMs of times) await scraper.scrape(collected, [], atMs);
  }
  await writer.flush();
  const { result } = await prometheus.at(countAll, nowMs);
  return Number(result[0]?.value[1] ?? 0);
}

/** What it records, at each time that another rule looks at. */
async function record(
  prometheus: Prometheus,
  { record: name = '', expr, intervalMs }: PlacedRule,
  rules: readonly PlacedRule[],
  atMs: number,
) {
  const { result } = await prometheus.at(expr, atMs);
  const writer = prometheus.writer();
  const longestMs = longestRangeMs(name, rules);
  const looks = timesOf(
    rules.filter((rule) => rule.expr.includes(name)),
    atMs,
  );
  for (let back = 0; back <= longestMs; back += intervalMs) looks.push(atMs - back);
  const times = [...new Set(looks)].sort((a, b) => a - b);
  for (const {
    metric: { __name__: _, ...labels },
    value: [, text],
  } of result) {
    for (const one of times) await writer.write({ name, labels, atMs: one, value: Number(text) });
  }
  await writer.flush();
}

function longestRangeMs(name: string, rules: readonly PlacedRule[]): number {
  const ranges = rules.flatMap(({ expr }) => [...expr.matchAll(/([\w:]+)(?:\{[^}]*\})?\[(\w+)\]/g)]);
  return Math.max(0, ...ranges.flatMap(([, metric, range]) => (metric === name ? [durationMs(range)] : [])));
}
