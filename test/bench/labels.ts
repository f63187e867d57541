import { type ExtraLabel, extraLabels } from '../../src/model/extra-labels.ts';
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

  return await settingCost({
    secmaster,
    both,
    rounds,
    call: 'poll',
    series: 'workflow series: all of metrics.labels against none, 200 playbooks with two versions',
    cpu: (runs) => `CPU of a poll with ${runs} ended runs: all of metrics.labels against none`,
  });
}
