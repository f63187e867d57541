import type { ExporterProcess } from './exporter-process.ts';
import type { Extent } from './figure.ts';
import type { LoadProcess, Target } from './load-process.ts';
import { type Process, start, temporaryFolder } from './processes.ts';
import type { SecMasterProcess } from './secmaster-process.ts';
import { seedLedger } from './seed.ts';
import { writeConfig } from './site.ts';
import { median } from './statistics.ts';

/** An exporter with some 9,000 series for each workspace, and scrapes of it and of others in turns. */

export const requests = {
  'text, plain': { accept: 'text/plain', 'accept-encoding': 'identity' },
  'OpenMetrics, gzip': { accept: 'application/openmetrics-text; version=1.0.0', 'accept-encoding': 'gzip' },
};

/** With so many playbooks in it, a workspace has 9,065 series. */
const playbooks = 80;
const instances = 10_000;
const scrapers = 2;

export interface Scraped extends AsyncDisposable {
  readonly secmaster: Process<SecMasterProcess>;
  readonly exporter: Process<ExporterProcess>;
  readonly url: string;
  /** Of SecMaster's families. */
  readonly series: number;
}

/** Starts an exporter that has polled once. */
export async function startScraped(workspaces: number, extent: Extent): Promise<Scraped> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(temporaryFolder());
  const history = { instances, playbooks, nowMs: Date.now() };
  await seedLedger(folder.path, workspaces, history);
  const args = [workspaces, instances, playbooks, history.nowMs].map(String);
  const secmaster = stack.use(start<SecMasterProcess>('test/bench/secmaster-process.ts', args));
  const config = writeConfig({
    url: await secmaster.call('url', undefined),
    workspaces,
    folder: folder.path,
    schedule: '0 0 0 1 1 *',
  });
  const exporter = stack.use(start<ExporterProcess>('test/bench/exporter-process.ts', [config], extent));
  await exporter.call('poll', undefined);
  const url = await exporter.call('url', undefined);
  const series = (await (await fetch(url)).text()).split('\n').filter((line) => line.startsWith('secmaster_')).length;
  const started = stack.move();
  return { secmaster, exporter, url, series, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** Who is scraped. */
export interface Side {
  readonly target: Target;
  /** CPU time so far. */
  readonly cpuMs: () => Promise<number> | number;
}

export interface Scrapes {
  readonly perSecond: number;
  readonly p99Ms: number;
  /** CPU time of one. */
  readonly cpuMs: number;
}

/** Scrapes each as often as it can be, in turns. @returns the medians of the rounds, in the order of the sides */
export async function scrapeInTurns(
  load: Process<LoadProcess>,
  sides: readonly Side[],
  { rounds, loadMs }: Extent,
): Promise<Scrapes[]> {
  const hammer = ({ target }: Side, ms: number) => load.call('hammer', { target, scrapers, ms });
  // Until the engine has compiled what runs often.
  for (const side of sides) await hammer(side, 3 * loadMs);
  const measured = sides.map(() => [] as Scrapes[]);
  for (let round = 0; round < rounds; round++) {
    for (const [i, side] of sides.entries()) {
      const beforeMs = await side.cpuMs();
      const { scrapes, perSecond, p99Ms } = await hammer(side, loadMs);
      measured[i]?.push({ perSecond, p99Ms, cpuMs: ((await side.cpuMs()) - beforeMs) / scrapes });
    }
  }
  return measured.map((all) => ({
    perSecond: median(all.map((one) => one.perSecond)),
    p99Ms: median(all.map((one) => one.p99Ms)),
    cpuMs: median(all.map((one) => one.cpuMs)),
  }));
}
