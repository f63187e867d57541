import type { ExporterProcess } from './exporter-process.ts';
import { against, atLeast, atMost, type Extent, type Figure, inMs } from './figure.ts';
import type { LoadProcess, Target } from './load-process.ts';
import { start, temporaryFolder } from './processes.ts';
import type { SecMasterProcess } from './secmaster-process.ts';
import { seedLedger } from './seed.ts';
import { writeConfig } from './site.ts';
import type { StaticProcess } from './static-process.ts';
import { median } from './statistics.ts';

const requests = {
  'text, plain': { accept: 'text/plain', 'accept-encoding': 'identity' },
  'OpenMetrics, gzip': { accept: 'application/openmetrics-text; version=1.0.0', 'accept-encoding': 'gzip' },
};

/** With so many playbooks in it, a workspace has 10,000 series. */
const playbooks = 167;
const instances = 10_000;
const scrapers = 2;

/** Scrapes of an exporter against a bare server with the same bytes, and scrapes while a poll is under way. */
export async function measureScrapes(workspaces: number, extent: Extent): Promise<Figure[]> {
  using folder = temporaryFolder();
  const history = { instances, playbooks, nowMs: Date.now() };
  await seedLedger(folder.path, workspaces, history);
  const args = [workspaces, instances, playbooks, history.nowMs].map(String);
  await using secmaster = start<SecMasterProcess>('test/bench/secmaster-process.ts', args);
  const config = writeConfig({
    url: await secmaster.call('url', undefined),
    workspaces,
    folder: folder.path,
    schedule: '0 0 0 1 1 *',
  });
  await using exporter = start<ExporterProcess>('test/bench/exporter-process.ts', [config], extent);
  await using load = start<LoadProcess>('test/bench/load-process.ts');
  await exporter.call('poll', undefined);
  const url = await exporter.call('url', undefined);
  const series = (await (await fetch(url)).text()).split('\n').filter((line) => line.startsWith('secmaster_')).length;
  const of = `${Math.round(series / 1000) * 1000} series`;

  const figures: Figure[] = [];
  for (const [name, headers] of Object.entries(requests)) {
    await using floor = start<StaticProcess>('test/bench/static-process.ts');
    const served = await floor.call('serve', { url, headers });
    const side = (target: Target, cpuMs: () => Promise<number>) => ({
      target,
      cpuMs,
      perSecond: [] as number[],
      p99: [] as number[],
      cpu: [] as number[],
    });
    const sides = [
      side({ url: served.url, headers }, () => floor.call('cpuMs', undefined)),
      side({ url, headers }, () => exporter.call('cpuMs', undefined)),
    ];
    // Until the engine has compiled what runs often.
    for (const { target } of sides) await load.call('hammer', { target, scrapers, ms: 3 * extent.loadMs });
    for (let round = 0; round < extent.rounds; round++) {
      for (const side of sides) {
        const before = await side.cpuMs();
        const result = await load.call('hammer', { target: side.target, scrapers, ms: extent.loadMs });
        side.cpu.push(((await side.cpuMs()) - before) / result.scrapes);
        side.perSecond.push(result.perSecond);
        side.p99.push(result.p99Ms);
      }
    }
    const [bare, ours] = sides.map(({ perSecond, p99, cpu }) => ({
      perSecond: median(perSecond),
      p99: median(p99),
      cpu: median(cpu),
    }));
    if (bare === undefined || ours === undefined) continue;
    const what = `${of}, ${name}, ${(served.bytes / 1e6).toFixed(2)} MB`;
    const rate = (perSecond: number) => `${perSecond.toFixed(0)}/s`;
    figures.push(
      atLeast(
        `scrape throughput: ${what}`,
        rate(bare.perSecond),
        rate(ours.perSecond),
        ours.perSecond / bare.perSecond,
        0.8,
      ),
      atMost(`scrape p99: ${what}`, inMs(bare.p99), inMs(ours.p99), ours.p99 / bare.p99, 1.25),
      against(`CPU of a scrape: ${what}`, inMs(bare.cpu), inMs(ours.cpu), ours.cpu / bare.cpu),
    );
  }
  return [...figures, ...(await whilePolling())];

  /** How long a scrape waits at the most while workspaces with 100 changes each are polled, and why. */
  async function whilePolling(): Promise<Figure[]> {
    const target = { url, headers: requests['OpenMetrics, gzip'] };
    const [idle, polling, turns]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < extent.rounds; round++) {
      const before = load.call('pace', { target, everyMs: 5 });
      await new Promise((resolve) => setTimeout(resolve, extent.loadMs));
      await load.call('stop', undefined);
      idle.push((await before).p99Ms);
      await secmaster.call('finishRuns', 100);
      const during = load.call('pace', { target, everyMs: 5 });
      await exporter.call('poll', undefined);
      await load.call('stop', undefined);
      polling.push((await during).p99Ms);
      await secmaster.call('finishRuns', 100);
      turns.push((await exporter.call('pollWatched', undefined)).longestTurnMs);
    }
    const during = `during a poll with ${100 * workspaces} changes: ${of}`;
    const [p99Idle, p99Polling, turn] = [median(idle), median(polling), median(turns)];
    return [
      against(`scrape p99 ${during}`, `${inMs(p99Idle)} without`, inMs(p99Polling), p99Polling / p99Idle),
      {
        what: `longest event loop turn (CPU time) ${during}`,
        floor: 'none',
        measured: inMs(turn),
        ratio: null,
        goal: '≤ 10 ms',
        isReached: turn <= 10,
      },
    ];
  }
}
