import { copyFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { total } from '../support/metrics/exposition.ts';
import { ledgerCreatedMs, temporaryFolder } from '../support/process/processes.ts';
import { polledAgain, refusedByLedger, serve, writeConfig } from '../support/process/served.ts';
import { startSimulator } from '../support/process/simulated.ts';
import { differences } from '../support/world/compare.ts';

const lookbackMs = 2 * 3_600_000;

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
    const text = await refusedByLedger(served);
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
