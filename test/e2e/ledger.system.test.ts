import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { total } from '../support/metrics/exposition.ts';
import { ledgerCreatedMs, temporaryFolder } from '../support/process/processes.ts';
import { polledAgain, refusedByLedger, serve, writeConfig } from '../support/process/served.ts';
import { startSimulator } from '../support/process/simulated.ts';
import { differences } from '../support/world/compare.ts';

const lookbackMs = 2 * 3_600_000;

test('a disk that fills up: the log says so, secmaster_up is 0 and the last numbers are served; with space again, counting continues', async () => {
  const simulated = await startSimulator({ historyMs: 3_600_000 });
  const folder = temporaryFolder();
  const disk = join(folder, 'ledger');
  mkdirSync(disk);
  const mount = (options: string) =>
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk], { stdio: 'pipe' });
  try {
    mount('size=40m');
  } catch (error) {
    throw new Error('this test fills a small disk of its own: run it as root where tmpfs can be mounted', {
      cause: error,
    });
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', disk]));

  const served = await serve([`--config.file=${writeConfig(simulated, folder)}`]);
  const before = await polledAgain(served);
  const sinceMs = ledgerCreatedMs(join(disk, 'secmaster.db'));
  const fill = join(disk, 'fill');
  execFileSync('sh', ['-c', `cat /dev/zero > ${fill} 2>/dev/null || true`]);
  // More than fits into what the ledger has of the disk already.
  await simulated.turn(20 * 3_600_000);
  const text = await refusedByLedger(served);
  expect(text).toMatch(/^secmaster_up\{.*\} 0$/m);
  expect(total(text, 'secmaster_workflow_instances')).toBeGreaterThan(0);
  expect(total(text, 'secmaster_workflow_instances_started_total')).toBeGreaterThanOrEqual(
    total(before, 'secmaster_workflow_instances_started_total'),
  );
  expect(served.running.stderr()).toMatch(
    /the disk is full; free some space, then a running exporter continues by itself/,
  );

  rmSync(fill);
  // The first poll reads for seconds, and the window is as of its start.
  await polledAgain(served);
  const after = await polledAgain(served);
  expect(differences(after, await simulated.truthOf(after, sinceMs, lookbackMs), Number.POSITIVE_INFINITY)).toEqual([]);
}, 90_000);
