import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createSqliteStore } from '../../src/ledger/sqlite/store.ts';
import { inForm } from '../support/form.ts';
import { fillLedger } from '../support/ledger/large-ledger.ts';
import { exporterPassword, usePostgres } from '../support/postgres.ts';
import { eventually, startExporter, temporaryFolder } from '../support/process/processes.ts';

const server = usePostgres();

async function run(...args: string[]) {
  const running = startExporter(args);
  const exitCode = await running.ended;
  return { exitCode, stdout: running.stdout(), stderr: running.stderr() };
}

async function filled(instances: number): Promise<string> {
  const path = join(temporaryFolder(), 'secmaster.db');
  const store = createSqliteStore(path);
  await fillLedger(store, instances);
  await store.close();
  return path;
}

const withoutPassword = (url: string) => url.replace(/:[^:@/]*@/, '@');

/** The password of the database in a file of its own, and a configuration that names both. */
function configured(url: string) {
  const folder = temporaryFolder();
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${exporterPassword}\n`);
  const file = join(folder, 'config.yml');
  writeFileSync(
    file,
    `state: { url: "${withoutPassword(url)}", password_file: ${passwordFile} }
workspaces:
  - { region: eu-west-101, endpoint: http://127.0.0.1:9, iam_endpoint: http://127.0.0.1:9, credentials: { ak_sk: { ak: A, sk: S } } }
`,
  );
  return { passwordFile, file };
}

const done =
  /^copied 1 workspace with 500 instances and \d+ counter series from .* to .*; the counters of both are equal\n$/;

test('to the database of a configuration, back with a password file, and on to another database', async () => {
  const from = await filled(500);
  const [url, other] = [await server.createDatabase(), await server.createDatabase()];
  const { file, passwordFile } = configured(url);
  const to = await run('ledger', 'copy', '--from', from, `--config.file=${file}`);
  expect(to).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(done), stderr: '' });
  const back = join(temporaryFolder(), 'back.db');
  const named = ['--from', withoutPassword(url), '--from.password-file', passwordFile];
  expect(await run('ledger', 'copy', ...named, '--to', back)).toMatchObject({ exitCode: 0, stderr: '' });
  // The configuration knows the password of its own URL.
  const known = ['--from', withoutPassword(url), `--config.file=${file}`];
  const target = ['--to', withoutPassword(other), '--to.password-file', passwordFile];
  expect(await run('ledger', 'copy', ...known, ...target)).toMatchObject({ exitCode: 0, stderr: '' });
  const again = await run('ledger', 'copy', ...known, ...target);
  expect(again).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/ is not empty \(workspaces: 1\);/) });
});

test('a missing password file is named', async () => {
  const url = withoutPassword(await server.createDatabase());
  const copied = await run('ledger', 'copy', '--from', await filled(1), '--to', url, '--to.password-file=/nowhere');
  expect(copied).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('--to.password-file: no such file') });
});

test('a password on the command line works, is warned of, and leaves the list of processes', async () => {
  const url = await server.createDatabase();
  const running = startExporter(['ledger', 'copy', '--from', await filled(2_000), '--to', url]);
  await eventually(() => running.stderr().includes('can be read by others') || undefined, 'a warning', running);
  const commandLine = `/proc/${running.child.pid}/cmdline`;
  if (existsSync(commandLine)) expect(readFileSync(commandLine, 'utf8')).not.toContain('exporter:');
  expect(await running.ended).toBe(0);
  expect(running.stderr() + running.stdout()).not.toMatch(/p@ss|p%40ss/);
});

test('whenever it is killed, the database has the whole ledger or none', async () => {
  const from = await filled(inForm(5_000, 40_000));
  let empty = 0;
  for (const delayMs of [300, 600, 900, 1_500]) {
    const url = await server.createDatabase();
    const running = startExporter(['ledger', 'copy', '--from', from, '--to', url]);
    await sleep(delayMs);
    running.child.kill('SIGKILL');
    await running.ended;
    const to = join(temporaryFolder(), 'copy.db');
    // The server may not have noticed yet.
    const looked = await eventually(
      async () => {
        const found = await run('ledger', 'copy', '--from', url, '--to', to);
        return found.exitCode === 0 || found.stderr.includes('nothing to copy') ? found : undefined;
      },
      'a look at the database',
      running,
    );
    if (looked.exitCode !== 0) empty += 1;
  }
  expect(empty).toBeGreaterThan(0);
});

test('check --online says what it finds in the database, and creates nothing there', async () => {
  const url = await server.createDatabase();
  const { file } = configured(url);
  const checked = await run('check', '--online', `--config.file=${file}`, '--log.level=error');
  expect(checked.stdout).toMatch(
    /^PostgreSQL 127\.0\.0\.1:\d+\/test_\d+: version .*; it has no tables yet, and the exporter may create them$/m,
  );
  expect(await server.sql("SELECT FROM pg_class WHERE relname = 'ledger'", new URL(url).pathname.slice(1))).toEqual([]);
  await server.sql("ALTER ROLE exporter PASSWORD 'another'");
  const refused = await run('check', '--online', `--config.file=${file}`, '--log.level=error');
  expect(refused).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('it refuses the password; correct') });
});
