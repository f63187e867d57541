/**
 * `npm run soak`: an exporter over a living, faulty SecMaster, and two scrapers, each once a second. Tells of each minute,
 * then prints a table and whether memory stayed flat; exit 1 where it didn't, or where a scrape failed.
 *
 *     npm run soak -- --minutes=20
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Process, start, startExporter, temporaryFolder } from './processes.ts';
import { writeConfig } from './site.ts';
import { median, quantile, slope, table } from './statistics.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '20' } } });
const minutes = Number(values.minutes);
if (!(minutes >= 4)) throw new Error('--minutes must be a number, at least 4: the first quarter is the warm-up');

const workspaces = 5;
const runsPerMinute = 120;
/** Each with its probability: about one request in twenty goes wrong. */
const faults = [
  { kind: 'throttle', probability: 0.01, retryAfter: '1' },
  { kind: 'status', status: 503, probability: 0.01 },
  { kind: 'reset', probability: 0.01 },
  { kind: 'cut', probability: 0.01 },
  { kind: 'html', probability: 0.005 },
  { kind: 'garbage', probability: 0.005 },
] as const;

const scrapers = {
  text: { accept: 'text/plain', 'accept-encoding': 'identity' },
  openmetrics: { accept: 'application/openmetrics-text; version=1.0.0', 'accept-encoding': 'gzip' },
};

/** What one minute came to. */
interface Minute {
  readonly seconds: Record<keyof typeof scrapers, number[]>;
  readonly loopP99Ms: number[];
  readonly rss: number[];
  readonly heap: number[];
  failed: number;
  /** The last exposition in the text format. */
  text: string;
}

const newMinute = (): Minute => ({
  seconds: { text: [], openmetrics: [] },
  loopP99Ms: [],
  rss: [],
  heap: [],
  failed: 0,
  text: '',
});
let minute = newMinute();

async function scrape(port: number, name: keyof typeof scrapers): Promise<void> {
  const begunMs = performance.now();
  try {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: scrapers[name] });
    const text = await response.text();
    if (!response.ok || !text.includes('process_resident_memory_bytes')) throw new Error(text.slice(0, 200));
    minute.seconds[name].push((performance.now() - begunMs) / 1000);
    if (name === 'openmetrics') return;
    minute.text = text;
    // Parsing all of it would hold up the other scraper.
    const value = (metric: string) => Number(new RegExp(`^${metric} (\\S+)$`, 'm').exec(text)?.[1]);
    minute.loopP99Ms.push(value('nodejs_eventloop_lag_p99_seconds') * 1000);
    minute.rss.push(value('process_resident_memory_bytes') / 1e6);
    minute.heap.push(value('nodejs_heap_size_used_bytes') / 1e6);
  } catch (error) {
    minute.failed++;
    process.stderr.write(`${name}: ${error}\n`);
  }
}

function sum(text: string, metric: string): number {
  const lines = text.split('\n').filter((line) => line.startsWith(`${metric}{`));
  return lines.reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
}

const head = [
  'minute',
  'RSS, MB',
  'heap, MB',
  'event loop delay p99, ms',
  'scrape p99 text, ms',
  'scrape p99 OpenMetrics gzip, ms',
  'scrapes',
  'failed',
  'polls',
  'failed',
];

function row(n: number, { seconds, loopP99Ms, rss, heap, failed, text }: Minute): string[] {
  const p99 = (all: readonly number[]) => (quantile(all, 0.99) * 1000).toFixed(1);
  return [
    String(n),
    median(rss).toFixed(1),
    // Between two collections of garbage it goes up and down: the least of it is what is in use.
    Math.min(...heap).toFixed(1),
    Math.max(...loopP99Ms).toFixed(1),
    p99(seconds.text),
    p99(seconds.openmetrics),
    String(seconds.text.length + seconds.openmetrics.length),
    String(failed),
    String(sum(text, 'secmaster_exporter_polls_total')),
    String(sum(text, 'secmaster_exporter_poll_failures_total')),
  ];
}

using folder = temporaryFolder();
type Soc = { url: (_: null) => string; addFault: (rule: object) => void };
await using soc: Process<Soc> = start<Soc>('test/bench/soc-process.ts', [
  String(workspaces),
  '1',
  String(runsPerMinute),
]);
const url = await soc.call('url', null);
for (const rule of faults) await soc.call('addFault', { ...rule, operation: 'ListAopWorkflowInstance' });
const config = writeConfig({ url, workspaces, folder: folder.path, schedule: '*/5 * * * * *' });
const { exporter, port } = await startExporter([`--config.file=${config}`, '--web.listen-address=127.0.0.1:0'], {});
await using _exporter = exporter;

const rows: string[][] = [];
const points: { readonly rss: [number, number]; readonly heap: [number, number] }[] = [];
let failed = 0;
for (let n = 1; n <= minutes; n++) {
  minute = newMinute();
  for (let second = 0; second < 60; second++) {
    // Neither waits for the other or for a slow answer of its own.
    void scrape(port, 'text');
    void scrape(port, 'openmetrics');
    await sleep(1_000);
  }
  rows.push(row(n, minute));
  points.push({ rss: [n, median(minute.rss)], heap: [n, Math.min(...minute.heap)] });
  failed += minute.failed;
  process.stderr.write(`${head.map((name, i) => `${name}: ${rows.at(-1)?.[i]}`).join('; ')}\n`);
}

// The first quarter is the warm-up: the first sweep, compiled code, caches that fill.
const steady = points.slice(Math.floor(points.length / 4));
const verdict = (['rss', 'heap'] as const).map((name) => {
  const all = steady.map((point) => point[name]);
  const perMinute = slope(all);
  const growth = (perMinute * all.length) / median(all.map(([, mb]) => mb));
  return { name, perHour: perMinute * 60, growth, isFlat: growth < 0.1 };
});
process.stdout.write(`\n${table([head, ...rows])}\n\n`);
for (const { name, perHour, growth, isFlat } of verdict) {
  const percent = (growth * 100).toFixed(1);
  process.stdout.write(
    `${name}: ${isFlat ? 'flat' : 'NOT FLAT'}: ${percent} % over the last ${steady.length} minutes (${perHour.toFixed(1)} MB an hour)\n`,
  );
}
process.stdout.write(`${failed} scrapes failed\n`);
process.exitCode = failed === 0 && verdict.every(({ isFlat }) => isFlat) ? 0 : 1;
