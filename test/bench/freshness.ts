import { setTimeout as sleep } from 'node:timers/promises';
import { total } from '../support/metrics/exposition.ts';
import { type Extent, type Figure, inMs } from './figure.ts';
import { start, startExporter, temporaryFolder } from './processes.ts';
import type { SecMasterProcess } from './secmaster-process.ts';
import { seedLedger } from './seed.ts';
import { writeConfig } from './site.ts';
import { median } from './statistics.ts';

const pollMs = 5_000;
const history = { instances: 10_000, playbooks: 167, nowMs: Date.now() };

/** How long after a run's end its counter has grown in `/metrics`, as the exporter is started by a user. */
export async function measureFreshness({ rounds }: Extent): Promise<Figure[]> {
  using folder = temporaryFolder();
  await seedLedger(folder.path, 1, history);
  const args = [1, history.instances, history.playbooks, history.nowMs].map(String);
  await using secmaster = start<SecMasterProcess>('test/bench/secmaster-process.ts', args);
  const url = await secmaster.call('url', undefined);
  const config = writeConfig({ url, workspaces: 1, folder: folder.path, schedule: `*/${pollMs / 1000} * * * * *` });
  const { exporter, port } = await startExporter([`--config.file=${config}`, '--web.listen-address=127.0.0.1:0'], {});
  await using _exporter = exporter;
  const ended = async () =>
    total(
      await (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
      'secmaster_workflow_attempts_completed_total',
    );

  const delays: number[] = [];
  for (let round = 0; round < 2 * rounds; round++) {
    // Spread over the interval between two polls.
    await sleep(pollMs / 2 + (pollMs * ((round * 7) % 10)) / 10);
    const before = await ended();
    await secmaster.call('finishRuns', 1);
    const beganMs = performance.now();
    while ((await ended()) === before) {
      if (performance.now() - beganMs > 10 * pollMs) throw new Error(`the run is not counted\n${exporter.output()}`);
      await sleep(20);
    }
    delays.push(performance.now() - beganMs);
  }
  const longest = Math.max(...delays);
  return [
    {
      what: `longest time from a run's end to its counter, of ${delays.length} (median ${inMs(median(delays))})`,
      floor: `${pollMs} ms poll interval`,
      measured: inMs(longest),
      ratio: longest / pollMs,
      goal: '≤ interval + 1 s',
      isReached: longest <= pollMs + 1_000,
    },
  ];
}
