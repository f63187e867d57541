import { against, atLeast, atMost, type Extent, type Figure, inMs, perSecond } from './figure.ts';
import type { LoadProcess } from './load-process.ts';
import { start } from './processes.ts';
import { requests, scrapeInTurns, startScraped } from './scraped.ts';
import type { StaticProcess } from './static-process.ts';
import { median } from './statistics.ts';

const maxTurnMs = 8;

/** Scrapes of an exporter against a bare server with the same bytes, and scrapes while a poll is under way. */
export async function measureScrapes(workspaces: number, extent: Extent): Promise<Figure[]> {
  await using scraped = await startScraped(workspaces, extent);
  await using load = start<LoadProcess>('test/bench/load-process.ts');
  const { secmaster, exporter, url } = scraped;
  const of = `${Math.round(scraped.series / 1000) * 1000} series`;

  const figures: Figure[] = [];
  for (const [name, headers] of Object.entries(requests)) {
    await using floor = start<StaticProcess>('test/bench/static-process.ts');
    const served = await floor.call('serve', { url, headers });
    const sides = [
      { target: { url: served.url, headers }, cpuMs: () => floor.call('cpuMs', undefined) },
      { target: { url, headers }, cpuMs: () => exporter.call('cpuMs', undefined) },
    ];
    const [bare, ours] = await scrapeInTurns(load, sides, extent);
    if (bare === undefined || ours === undefined) continue;
    const what = `${of}, ${name}, ${(served.bytes / 1e6).toFixed(2)} MB`;
    figures.push(
      atLeast(
        `scrape throughput: ${what}`,
        perSecond(bare.perSecond),
        perSecond(ours.perSecond),
        ours.perSecond / bare.perSecond,
        0.9,
      ),
      atMost(`scrape p99: ${what}`, inMs(bare.p99Ms), inMs(ours.p99Ms), ours.p99Ms / bare.p99Ms, 1.25),
      against(`CPU of a scrape: ${what}`, inMs(bare.cpuMs), inMs(ours.cpuMs), ours.cpuMs / bare.cpuMs),
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
        goal: `≤ ${maxTurnMs} ms`,
        isReached: turn <= maxTurnMs,
      },
    ];
  }
}
