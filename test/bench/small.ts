import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { total } from '../support/metrics/exposition.ts';
import { buildInto } from './built.ts';
import { against, type Extent, type Figure, inMs } from './figure.ts';
import { type Folder, start, startExporter, temporaryFolder } from './processes.ts';
import type { SecMasterProcess } from './secmaster-process.ts';
import { seedLedger } from './seed.ts';
import { writeConfig } from './site.ts';
import { median } from './statistics.ts';
import { cpuMsOf, rssOf } from './usage.ts';

/** How small and how quick to start the exporter is, built as its package has it, against a Node.js that does nothing. */

/** An exporter that is compared with a bare Node.js. */
interface Site {
  readonly playbooks: number;
  /** Of the last day. */
  readonly instances: number;
  readonly remembered: number;
  /** Runs that end between two scrapes. */
  readonly runs: number;
  readonly maxMb: number;
}

const scrapeMs = 5_000;
const headers = { accept: 'text/plain', 'accept-encoding': 'gzip' };

export async function measureSmall({ remembered, rounds, settleMs }: Extent): Promise<Figure[]> {
  using built = temporaryFolder();
  const main = await buildInto(built);
  const starts = await measureStarts(main, 2 * rounds + 1);
  const memory = await Promise.all([
    measureMemory(main, settleMs, { playbooks: 13, instances: 500, remembered: 500, runs: 1, maxMb: 45 }),
    measureMemory(main, settleMs, { playbooks: 88, instances: 10_000, remembered, runs: 50, maxMb: 120 }),
  ]);
  return [...memory, ...starts];
}

async function measureMemory(main: string, settleMs: number, site: Site): Promise<Figure> {
  const { playbooks, instances, remembered, runs, maxMb } = site;
  using folder = temporaryFolder();
  const history = { instances, playbooks, nowMs: Date.now() };
  await seedLedger(folder.path, 1, history, { days: remembered / instances });
  await using secmaster = start<SecMasterProcess>(
    'test/bench/secmaster-process.ts',
    [1, instances, playbooks, history.nowMs].map(String),
  );
  await using bare = start<Record<string, never>>(bareFile, [], { environment });
  const config = configIn(folder, await secmaster.call('url', undefined), '10s');
  const { exporter, port } = await startExporter([config, anyPort], environment, main);
  await using _exporter = exporter;
  const untilMs = performance.now() + settleMs;
  let text = '';
  while (performance.now() < untilMs) {
    await sleep(scrapeMs);
    await secmaster.call('finishNext', runs);
    text = await scrape(port);
  }
  if (total(text, 'secmaster_exporter_poll_failures_total') > 0) throw new Error(`polls fail\n${exporter.output()}`);
  const [floor, measured] = [rssOf(bare.child), rssOf(exporter.child)];
  const series = text.split('\n').filter((line) => line.startsWith('secmaster_')).length;
  const inThousands = (n: number) => n.toLocaleString('en');
  return {
    what: `memory (RSS) ${settleMs / 60_000} min after the start: ${inThousands(series)} series, ${inThousands(remembered)} remembered`,
    floor: inMb(floor),
    measured: inMb(measured),
    ratio: measured / floor,
    goal: `≤ ${maxMb} MB more`,
    isReached: measured - floor <= maxMb,
  };
}

/** From the start of the process to its listening, with a ledger that is there; a bare Node.js runs its first line. */
async function measureStarts(main: string, rounds: number): Promise<Figure[]> {
  using folder = temporaryFolder();
  const config = configIn(folder, 'http://127.0.0.1:9', '0 0 0 1 1 *');
  const took = { bare: [] as number[], exporter: [] as number[] };
  const cpu: typeof took = { bare: [], exporter: [] };
  // The first one creates the ledger.
  for (let round = -1; round < rounds; round++) {
    const beganMs = performance.now();
    await using bare = start<Record<string, never>>(bareFile, [], { environment });
    await once(bare.child, 'message');
    const bareMs = performance.now() - beganMs;
    const bareCpu = cpuMsOf(bare.child);

    const exporterBeganMs = performance.now();
    const { exporter } = await startExporter([config, anyPort], environment, main);
    const exporterMs = performance.now() - exporterBeganMs;
    await using _exporter = exporter;
    const exporterCpu = cpuMsOf(exporter.child);
    if (round < 0) continue;
    took.bare.push(bareMs);
    took.exporter.push(exporterMs);
    cpu.bare.push(bareCpu);
    cpu.exporter.push(exporterCpu);
  }
  const [bareMs, exporterMs] = [median(took.bare), median(took.exporter)];
  const [bareCpu, exporterCpu] = [median(cpu.bare), median(cpu.exporter)];
  return [
    {
      what: `start to listening, median of ${rounds}`,
      floor: inMs(bareMs),
      measured: inMs(exporterMs),
      ratio: exporterMs / bareMs,
      goal: '≤ 150 ms more',
      isReached: exporterMs - bareMs <= 150,
    },
    against(`CPU of the start, median of ${rounds}`, inMs(bareCpu), inMs(exporterCpu), exporterCpu / bareCpu),
  ];
}

/** As the image and the systemd unit have it. */
const environment = { MALLOC_ARENA_MAX: '2' };
const bareFile = 'test/bench/bare-process.mjs';
const anyPort = '--web.listen-address=127.0.0.1:0';

function configIn({ path }: Folder, url: string, schedule: string): string {
  return `--config.file=${writeConfig({ url, workspaces: 1, folder: path, schedule })}`;
}

const scrape = async (port: number) => (await fetch(`http://127.0.0.1:${port}/metrics`, { headers })).text();

const inMb = (mb: number) => `${mb.toFixed(0)} MB`;
