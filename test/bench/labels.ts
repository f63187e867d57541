import { type ExtraLabel, extraLabels } from '../../src/model/extra-labels.ts';
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

/** What all labels of metrics.labels cost against none, where each playbook runs two versions of one workflow on one data class. */
export async function measureLabels({ rounds, execArgv }: Extent): Promise<Figure[]> {
  using plain = temporaryFolder();
  using labelled = temporaryFolder();
  const history = { instances: aDay, playbooks, nowMs: Date.now() };
  await seedLedger(plain.path, 1, history);
  await seedLedger(labelled.path, 1, history, { labels: extraLabels });
  await using secmaster = start<SecMasterProcess>(
    'test/bench/secmaster-process.ts',
    [1, aDay, playbooks, history.nowMs].map(String),
  );
  const open = async (folder: Folder, labels: readonly ExtraLabel[]) => {
    const url = await secmaster.call('url', undefined);
    const metrics = { labels, nodes: 'off', new_series_hold: '0s' };
    const config = writeConfig({ url, workspaces: 1, folder: folder.path, schedule, metrics });
    const exporter = start<ExporterProcess>('test/bench/exporter-process.ts', [config], {
      execArgv: ['--expose-gc', ...execArgv],
    });
    for (let i = 0; i < 3; i++) await exporter.call('poll', undefined);
    return exporter;
  };
  await using withNone = await open(plain, []);
  await using withAll = await open(labelled, extraLabels);
  const both = [withNone, withAll] as const;

  const cpu: [number[], number[]] = [[], []];
  for (let round = 0; round < 8 * rounds; round++) {
    await secmaster.call('finishNext', runs);
    const turns = both.map((one, i) => async () => cpu[i]?.push((await one.call('poll', undefined)).cpuMs));
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
  }
  const seriesOf = async (one: (typeof both)[number]) => {
    const text = await (await fetch(await one.call('url', undefined))).text();
    return text.split('\n').filter((line) => line.startsWith('secmaster_workflow_')).length;
  };
  const [seriesNone, seriesAll] = [await seriesOf(withNone), await seriesOf(withAll)];
  const [cpuNone, cpuAll] = cpu.map(median) as [number, number];
  return [
    {
      what: 'workflow series: all of metrics.labels against none, 200 playbooks with two versions',
      floor: String(seriesNone),
      measured: String(seriesAll),
      ratio: seriesAll / seriesNone,
      goal: 'none',
      isReached: null,
    },
    {
      what: `CPU of a poll with ${runs} ended runs: all of metrics.labels against none`,
      floor: inMs(cpuNone),
      measured: inMs(cpuAll),
      ratio: cpuAll / cpuNone,
      goal: 'none',
      isReached: null,
    },
  ];
}
