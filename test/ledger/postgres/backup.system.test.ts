import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createPostgresStore } from '../../../src/ledger/postgres/store.ts';
import { workspaceTask } from '../../../src/ledger/replicas.ts';
import type { Store } from '../../../src/ledger/store.ts';
import { exporterPassword, usePostgres } from '../../support/postgres.ts';
import { temporaryFolder } from '../../support/process/processes.ts';
import { createSoc } from '../../support/world/simulated-soc.ts';
import { programFile } from '../../tools/system-parts.ts';
import { busySoc, first, goOn, ofRuns } from '../copy/copying.ts';

const server = usePostgres();

/** As docs/operating.md says. */
const run = (program: string, args: readonly string[]) =>
  promisify(execFile)(programFile(program), args, { env: { ...process.env, PGPASSWORD: exporterPassword } });
const withoutPassword = (url: string) => url.replace(/:[^:@/]*@/, '@');

async function opened(url: string): Promise<Store> {
  const store = createPostgresStore({ url, password: null, ca: null, leaseMs: 3_000 });
  expect(await store.replicas?.take([workspaceTask(first)], 1)).toHaveLength(1);
  return store;
}

async function leave(store: Store): Promise<void> {
  await store.replicas?.leave();
  await store.close();
}

test('a backup that is made while an exporter counts is restored, and counting goes on from it', async () => {
  const url = await server.createDatabase();
  const store = await opened(url);
  const soc = await busySoc(store);
  await soc.workspace.refresh();
  const before = ofRuns(await soc.exposition());
  const backup = join(temporaryFolder(), 'secmaster.dump');
  await run('pg_dump', ['--format=custom', `--file=${backup}`, withoutPassword(url)]);
  // What comes after it is not in it.
  await goOn(soc);
  await leave(store);

  const other = await server.createDatabase();
  await run('pg_restore', ['--exit-on-error', `--dbname=${withoutPassword(other)}`, backup]);
  // The exporter of before seems to live there until its lease has ended.
  await server.sql('DELETE FROM replica', new URL(other).pathname.slice(1));
  const restored = await opened(other);
  const next = createSoc({ after: soc, store: restored, settings: soc.settings });
  await next.workspace.refresh();
  expect(ofRuns(await next.exposition())).toEqual(before);
  await goOn(next);
  await leave(restored);
});

test('a backup put in the place of a newer ledger lets counters fall, and what has happened since is counted once', async () => {
  const url = await server.createDatabase();
  const store = await opened(url);
  const soc = await busySoc(store);
  await soc.workspace.refresh();
  const before = ofRuns(await soc.exposition());
  await store.replicas?.leave();
  const backup = join(temporaryFolder(), 'secmaster.dump');
  await run('pg_dump', ['--format=custom', `--file=${backup}`, withoutPassword(url)]);
  expect(await store.replicas?.take([workspaceTask(first)], 1)).toHaveLength(1);
  await goOn(soc);
  await leave(store);

  const options = ['--clean', '--if-exists', '--single-transaction', '--exit-on-error'];
  await run('pg_restore', [...options, `--dbname=${withoutPassword(url)}`, backup]);
  const again = await opened(url);
  const next = createSoc({ after: soc, store: again, settings: soc.settings });
  await next.workspace.refresh();
  expect(ofRuns(await next.exposition())).toEqual(before);
  await goOn(next);
  await leave(again);
});
