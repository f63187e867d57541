import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createSqliteStore } from '../../src/ledger/sqlite/store.ts';
import { inForm } from '../support/form.ts';
import { fillLedger } from '../support/ledger/large-ledger.ts';
import { total } from '../support/metrics/exposition.ts';
import { ledgerCreatedMs, startExporter, temporaryFolder } from '../support/process/processes.ts';
import { byPassword, polledAgain, serve, writeConfig } from '../support/process/served.ts';
import { startSimulator } from '../support/process/simulated.ts';
import { differences } from '../support/world/compare.ts';

const lookbackMs = 2 * 3_600_000;

async function ledgerCopy(...args: string[]) {
  const running = startExporter(['ledger', 'copy', ...args]);
  const exitCode = await running.ended;
  return { exitCode, stdout: running.stdout(), stderr: running.stderr() };
}

test('an exporter goes on with a copy of its ledger, with equal counters', async () => {
  const simulated = await startSimulator();
  const folder = temporaryFolder();
  const args = [`--config.file=${writeConfig(simulated, folder, { credentials: byPassword })}`];
  const file = join(folder, 'ledger', 'secmaster.db');
  const served = await serve(args);
  await polledAgain(served);
  await simulated.turn(10 * 60_000);
  const before = await polledAgain(served);

  const to = join(temporaryFolder(), 'ledger', 'secmaster.db');
  expect(await ledgerCopy('--from', file, '--to', to)).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: expect.stringMatching(/^the ledger .*: another process uses it; stop that process, .*\n$/),
  });
  served.running.child.kill('SIGTERM');
  await served.running.ended;

  // The source is that of the configuration.
  const copied = await ledgerCopy(...args, '--to', to);
  expect(copied).toMatchObject({ exitCode: 0, stderr: '' });
  expect(copied.stdout).toMatch(
    /^copied 1 workspace with \d+ instances and \d+ counter series from the ledger \S+ to the ledger \S+; the counters of both are equal\n$/,
  );
  const other = dirname(dirname(to));
  const next = await serve([`--config.file=${writeConfig(simulated, other, { credentials: byPassword })}`]);
  const text = await polledAgain(next);
  const started = 'secmaster_workflow_instances_started_total';
  expect(total(text, started)).toBeGreaterThanOrEqual(total(before, started));
  const truth = await simulated.truthOf(text, ledgerCreatedMs(to), lookbackMs);
  expect(differences(text, truth, Number.POSITIVE_INFINITY)).toEqual([]);
});

test.each<[string, string[], string]>([
  [
    'neither ledger',
    [],
    '--from and --to are missing; name the path of an SQLite file or a postgresql:// URL for at least one of them, and --config.file for that of a configuration',
  ],
  [
    'no target',
    ['--from=a.db'],
    '--to is missing; name the path of an SQLite file or a postgresql:// URL, or --config.file for that of a configuration',
  ],
])('with %s it says which flag is missing', async (_, args, line) => {
  expect(await ledgerCopy(...args)).toEqual({ exitCode: 2, stdout: '', stderr: `${line}\n` });
});

test('whenever it is killed or stopped, there is a whole copy or none', async () => {
  const from = join(temporaryFolder(), 'secmaster.db');
  const store = createSqliteStore(from);
  await fillLedger(store, inForm(10_000, 60_000));
  await store.close();
  let killed = 0;
  for (const [delayMs, signal] of [
    [0, 'SIGKILL'],
    [100, 'SIGTERM'],
    [200, 'SIGKILL'],
    [400, 'SIGINT'],
    [700, 'SIGKILL'],
  ] as const) {
    const folder = temporaryFolder();
    const to = join(folder, 'copy.db');
    const running = startExporter(['ledger', 'copy', '--from', from, '--to', to]);
    while (readdirSync(folder).length === 0 && running.child.exitCode === null) await sleep(5);
    await sleep(delayMs);
    running.child.kill(signal);
    await running.ended;
    const left = readdirSync(folder);
    if (existsSync(to)) {
      const check = await ledgerCopy('--from', to, '--to', join(folder, 'again.db'));
      expect(check).toMatchObject({ exitCode: 0 });
    } else {
      killed += 1;
      // What was written so far has another name.
      if (signal !== 'SIGKILL') expect(left).toEqual([]);
    }
  }
  expect(killed).toBeGreaterThan(0);
});
