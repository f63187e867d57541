import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { differences } from '../support/compare.ts';
import { sampleValue, total } from '../support/exposition.ts';
import { eventually, ledgerCreatedMs, temporaryFolder } from '../support/processes.ts';
import { polledAgain, type Served, serve, writeConfig } from '../support/served.ts';
import { startSimulator } from '../support/simulated.ts';

const lookbackMs = 2 * 3_600_000;

/** The exposition once polls fail because of the ledger. */
function refused({ get, running }: Served): Promise<string> {
  const find = async () => {
    const text = await get('/metrics');
    return sampleValue(text, 'secmaster_exporter_poll_failures_total', { reason: 'ledger' }) ? text : undefined;
  };
  return eventually(find, 'a poll that fails because of the ledger', running);
}

test.each<[string, (file: string) => void, RegExp]>([
  [
    'is cut off',
    (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
    /the file is damaged; restore it from a backup/,
  ],
  [
    'is no database any more',
    (file) => writeFileSync(file, 'x'.repeat(8_192)),
    /the file is not a ledger, or it is damaged/,
  ],
  [
    'was written by a newer exporter',
    (file) => {
      using db = new DatabaseSync(file);
      db.exec('PRAGMA user_version = 99');
    },
    /was written by a newer exporter \(its schema is 99, the newest known here is \d+\); run the newer exporter/,
  ],
])(
  'a ledger that %s: the log says so, secmaster_up is 0 and nothing is counted; restored, it continues',
  async (_, damage, message) => {
    const simulated = await startSimulator({ historyMs: 3_600_000 });
    const folder = temporaryFolder();
    const args = [`--config.file=${writeConfig(simulated, folder)}`];
    const file = join(folder, 'ledger', 'secmaster.db');
    let served = await serve(args);
    await polledAgain(served);
    const sinceMs = ledgerCreatedMs(file);
    served.running.child.kill('SIGTERM');
    await served.running.ended;

    copyFileSync(file, `${file}.backup`);
    damage(file);
    await simulated.turn(10 * 60_000);
    served = await serve(args);
    const text = await refused(served);
    expect(text).toMatch(/^secmaster_up\{.*\} 0$/m);
    expect(total(text, 'secmaster_workflow_instances_started_total')).toBe(0);
    expect(served.running.stderr()).toMatch(message);
    served.running.child.kill('SIGTERM');
    await served.running.ended;

    copyFileSync(`${file}.backup`, file);
    for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true });
    served = await serve(args);
    const mended = await polledAgain(served);
    expect(differences(mended, await simulated.truth(sinceMs, lookbackMs), Number.POSITIVE_INFINITY)).toEqual([]);
  },
  90_000,
);

test('a disk that fills up: the log says so, secmaster_up is 0 and the last numbers are served; with space again, counting continues', async () => {
  const simulated = await startSimulator({ historyMs: 3_600_000 });
  const folder = temporaryFolder();
  const disk = join(folder, 'ledger');
  mkdirSync(disk);
  const mount = (options: string) =>
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk], { stdio: 'pipe' });
  try {
    mount('size=16m');
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
  await simulated.turn(5 * 3_600_000);
  const text = await refused(served);
  expect(text).toMatch(/^secmaster_up\{.*\} 0$/m);
  expect(total(text, 'secmaster_workflow_instances')).toBeGreaterThan(0);
  expect(total(text, 'secmaster_workflow_instances_started_total')).toBeGreaterThanOrEqual(
    total(before, 'secmaster_workflow_instances_started_total'),
  );
  expect(served.running.stderr()).toMatch(/the disk is full; free some space and the exporter continues by itself/);

  rmSync(fill);
  const after = await polledAgain(served);
  expect(differences(after, await simulated.truth(sinceMs, lookbackMs), Number.POSITIVE_INFINITY)).toEqual([]);
}, 90_000);
