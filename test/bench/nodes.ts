import type { ExporterProcess } from './exporter-process.ts';
import type { Extent, Figure } from './figure.ts';
import { type Folder, start, temporaryFolder } from './processes.ts';
import type { SecMasterProcess } from './secmaster-process.ts';
import { seedLedger } from './seed.ts';
import { settingCost } from './setting-cost.ts';
import { writeConfig } from './site.ts';

const playbooks = 200;
const aDay = 40_000;
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

  return await settingCost({
    secmaster,
    both,
    rounds,
    call: 'pollAndAfter',
    series: 'workflow series: metrics.nodes all against failed, 200 playbooks with 5 nodes',
    cpu: (runs) => `CPU of a poll with ${runs} ended runs and what follows it: metrics.nodes all against failed`,
  });
}
