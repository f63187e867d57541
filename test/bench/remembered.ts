import { statSync } from 'node:fs';
import type { ExporterProcess } from './exporter-process.ts';
import { against, atMost, type Extent, type Figure, inMs } from './figure.ts';
import { type Folder, type Process, start, startExporter, temporaryFolder } from './processes.ts';
import type { SecMasterProcess } from './secmaster-process.ts';
import { seedLedger } from './seed.ts';
import { ledgerOf, writeConfig } from './site.ts';
import { median } from './statistics.ts';

const playbooks = 167;
const aDay = 10_000;
const schedule = '0 0 0 1 1 *';

/** What many remembered instances cost: the file, memory, polls and the start. */
export async function measureRemembered({ remembered, rounds, execArgv }: Extent): Promise<Figure[]> {
  using few = temporaryFolder();
  using many = temporaryFolder();
  using none = temporaryFolder();
  const history = { instances: aDay, playbooks, nowMs: Date.now() };
  await seedLedger(few.path, 1, history);
  await seedLedger(many.path, 1, history, { days: remembered / aDay });
  const counts = { few: aDay.toLocaleString('en'), many: remembered.toLocaleString('en') };

  await using secmaster = start<SecMasterProcess>(
    'test/bench/secmaster-process.ts',
    [1, aDay, playbooks, history.nowMs].map(String),
  );
  await using empty = start<SecMasterProcess>('test/bench/secmaster-process.ts', ['1', '0', '1', '0']);
  const open = async (folder: Folder, of: Process<SecMasterProcess>) => {
    const config = writeConfig({ url: await of.call('url', undefined), workspaces: 1, folder: folder.path, schedule });
    const exporter = start<ExporterProcess>('test/bench/exporter-process.ts', [config], {
      execArgv: ['--expose-gc', ...execArgv],
    });
    await exporter.call('poll', undefined);
    return exporter;
  };

  const bytes = statSync(ledgerOf(many.path)).size / remembered;
  const figures: Figure[] = [
    {
      ...atMost(
        `ledger on disk for each of ${counts.many} remembered`,
        'none',
        `${bytes.toFixed(0)} bytes`,
        bytes,
        160,
      ),
      ratio: null,
    },
  ];
  {
    await using withFew = await open(few, secmaster);
    await using withMany = await open(many, secmaster);
    await using withNone = await open(none, empty);
    const cpu = { few: [] as number[], many: [] as number[], quiet: [] as number[] };
    for (let round = 0; round < 4 * rounds; round++) {
      await secmaster.call('finishRuns', 100);
      await withNone.call('poll', undefined);
      const turns = [
        async () => cpu.few.push((await withFew.call('poll', undefined)).cpuMs),
        async () => cpu.many.push((await withMany.call('poll', undefined)).cpuMs),
      ];
      // Who comes second finds the caches warm, or another's.
      for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
      // The first poll after one with news still renders what it left.
      await withMany.call('poll', undefined);
      cpu.quiet.push((await withMany.call('poll', undefined)).cpuMs);
    }
    const [pollFew, pollMany] = [median(cpu.few), median(cpu.many)];
    figures.push(
      atMost(
        `CPU of a poll with 100 changes: ${counts.many} remembered against ${counts.few}`,
        inMs(pollFew),
        inMs(pollMany),
        pollMany / pollFew,
        1.2,
      ),
    );
    const quiet = median(cpu.quiet);
    figures.push({
      ...atMost(`CPU of a poll with no changes: ${counts.many} remembered`, 'none', inMs(quiet), quiet, 3),
      goal: '≤ 3 ms',
      ratio: null,
    });
    const rss = async (exporter: Process<ExporterProcess>) => (await exporter.call('memory', undefined)).rss;
    const [rssNone, rssFew, rssMany] = [await rss(withNone), await rss(withFew), await rss(withMany)];
    const inMb = (mb: number) => `${mb.toFixed(0)} MB`;
    figures.push(
      {
        what: `memory (RSS): ${counts.many} remembered against an empty ledger`,
        floor: inMb(rssNone),
        measured: inMb(rssMany),
        ratio: rssMany / rssNone,
        goal: '≤ 150 MB more',
        isReached: rssMany - rssNone <= 150,
      },
      against(
        `memory (RSS): ${counts.many} remembered against ${counts.few}, the same series`,
        inMb(rssFew),
        inMb(rssMany),
        rssMany / rssFew,
      ),
    );
  }

  const starts = { few: [] as number[], many: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    for (const [name, folder] of [
      ['few', few],
      ['many', many],
    ] as const) {
      starts[name].push(await startMs(folder, await secmaster.call('url', undefined)));
    }
  }
  const [fromFew, fromMany] = [median(starts.few), median(starts.many)];
  figures.push({
    what: `start to the first complete /metrics: ${counts.many} remembered against ${counts.few}`,
    floor: inMs(fromFew),
    measured: inMs(fromMany),
    ratio: fromMany / fromFew,
    goal: '≤ 3 s',
    isReached: fromMany <= 3_000,
  });
  return figures;
}

/** From the start of the process to the end of the first answer that has all that the ledger remembers. */
async function startMs(folder: Folder, url: string): Promise<number> {
  const config = writeConfig({ url, workspaces: 1, folder: folder.path, schedule });
  const beganMs = performance.now();
  const { exporter, port } = await startExporter([`--config.file=${config}`, '--web.listen-address=127.0.0.1:0'], {});
  await using _exporter = exporter;
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const tookMs = performance.now() - beganMs;
  const shown = text.split('\n').filter((line) => line.startsWith('secmaster_workflow_attempts_completed_total{'));
  if (shown.length < 3 * playbooks) throw new Error(`the first /metrics is not complete: ${shown.length} series`);
  return tookMs;
}
