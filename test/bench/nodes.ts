import type { ExporterProcess } from './exporter-process.ts';
import type { Extent, Figure } from './figure.ts';
import { inMs } from './figure.ts';
import { type Folder, start, temporaryFolder } from './processes.ts';
import type { SecMasterProcess } from './secmaster-process.ts';
import { seedLedger } from './seed.ts';
import { writeConfig } from './site.ts';
import { median } from './statistics.ts';

const playbooks = 200;
const aDay = 40_000;
/** Those of half a minute. */
const runs = 14;
const schedule = '0 0 0 1 1 *';

/** What it costs to read the topology of every run, of five nodes each, against that of failed runs. */
export async function measureNodes({ rounds, execArgv }: Extent): Promise<Figure[]> {
  using failed = temporaryFolder();
  using all = temporaryFolder();
  const history = { instances: aDay, playbooks, nowMs: Date.now() };
  for (const folder of [failed, all]) await seedLedger(folder.path, 1, history);
  await using secmaster = start<SecMasterProcess>(
    'test/bench/secmaster-process.ts',
    [1, aDay, playbooks, history.nowMs].map(String),
  );
  const open = async (folder: Folder, nodes: string) => {
    const url = await secmaster.call('url', undefined);
    const metrics = { nodes, new_series_hold: '0s' };
    const config = writeConfig({ url, workspaces: 1, folder: folder.path, schedule, metrics });
    const exporter = start<ExporterProcess>('test/bench/exporter-process.ts', [config], {
      execArgv: ['--expose-gc', ...execArgv],
    });
    // The failed runs of the history are read, and then two runs of each playbook: all series are there.
    for (let i = 0; i < 12; i++) await exporter.call('pollAndAfter', undefined);
    return exporter;
  };
  await using withFailed = await open(failed, 'failed');
  await using withAll = await open(all, 'all');
  const both = [withFailed, withAll] as const;
  for (let i = 0; i < 4; i++) {
    await secmaster.call('finishNext', playbooks / 2);
    for (const one of both) for (let j = 0; j < 2; j++) await one.call('pollAndAfter', undefined);
  }

  const cpu: [number[], number[]] = [[], []];
  for (let round = 0; round < 8 * rounds; round++) {
    await secmaster.call('finishNext', runs);
    const turns = both.map((one, i) => async () => cpu[i]?.push((await one.call('pollAndAfter', undefined)).cpuMs));
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
  }
  const seriesOf = async (one: (typeof both)[number]) => {
    const text = await (await fetch(await one.call('url', undefined))).text();
    return text.split('\n').filter((line) => line.startsWith('secmaster_workflow_')).length;
  };
  const [seriesFailed, seriesAll] = [await seriesOf(withFailed), await seriesOf(withAll)];
  const [cpuFailed, cpuAll] = cpu.map(median) as [number, number];
  return [
    {
      what: 'workflow series: metrics.nodes all against failed, 200 playbooks with 5 nodes',
      floor: String(seriesFailed),
      measured: String(seriesAll),
      ratio: seriesAll / seriesFailed,
      goal: 'none',
      isReached: null,
    },
    {
      what: `CPU of a poll with ${runs} ended runs and what follows it: metrics.nodes all against failed`,
      floor: inMs(cpuFailed),
      measured: inMs(cpuAll),
      ratio: cpuAll / cpuFailed,
      goal: 'none',
      isReached: null,
    },
  ];
}
