import { expect, test } from 'vitest';
import { inspectDatabase } from '../../../src/ledger/postgres/inspection.ts';
import { createPostgresStore } from '../../../src/ledger/postgres/store.ts';
import { workspaceTask } from '../../../src/ledger/replicas.ts';
import { exporterPassword, usePostgres } from '../../support/postgres.ts';

const server = usePostgres();
const inspect = (url: string) => inspectDatabase({ url, password: null, ca: null });
const nameOf = (url: string) => new URL(url).pathname.slice(1);
const tablesIn = (url: string) =>
  server.sql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace", nameOf(url));

/** With the tables, as an exporter that has stopped leaves them. */
async function used(): Promise<string> {
  const url = await server.createDatabase();
  const store = createPostgresStore({ url, password: null, ca: null, leaseMs: 3_000 });
  const ids = { projectId: 'p', workspaceId: 'w' };
  await store.replicas?.take([workspaceTask(ids)], 1);
  await store.create(ids, 1, 1);
  await store.replicas?.leave();
  await store.close();
  return url;
}

test('of an empty database it says that the tables may be created, and creates none', async () => {
  const url = await server.createDatabase();
  expect(await inspect(url)).toMatch(
    /^PostgreSQL 127\.0\.0\.1:\d+\/test_\d+: version 1\d\.\S.*, without TLS; it has no tables yet, and the exporter may create them$/,
  );
  expect(await tablesIn(url)).toEqual([]);
});

test('of a ledger it says what is there', async () => {
  expect(await inspect(await used())).toMatch(/, without TLS; tables of version \d+, workspaces: 1, replicas now: 0$/);
});

test.each<[string, (url: string) => Promise<string>, RegExp]>([
  [
    'the tables are too new',
    async (url) => {
      await server.sql('UPDATE secmaster_exporter SET version = 99', nameOf(url));
      return url;
    },
    /this exporter is too old for the ledger in PostgreSQL: its tables have version 99/,
  ],
  [
    'the user may not write',
    async (url) => {
      await server.sql("CREATE ROLE reader LOGIN PASSWORD 'x'");
      await server.sql('GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader', nameOf(url));
      return url.replace(/\/\/.*@/, '//reader:x@');
    },
    /the user reader may not write all of its tables; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public,/,
  ],
  [
    'it is read-only',
    async (url) => {
      await server.sql(`ALTER DATABASE ${nameOf(url)} SET default_transaction_read_only = on`);
      return url;
    },
    /it is read-only, such as a standby; name the primary in state\.url/,
  ],
  ['the password is wrong', async (url) => url.replace(/:[^:@/]*@/, ':wrong@'), /it refuses the password; correct/],
  ['there is no such database', async (url) => `${url}_x`, /the database does not exist; create it/],
  [
    'nothing listens there',
    async (url) => url.replace(/127\.0\.0\.1:\d+/, '127.0.0.1:9'),
    /nothing listens there; start the server/,
  ],
  [
    'something else is in the schema',
    async () => {
      const url = await server.createDatabase();
      await server.sql('CREATE TABLE shop (x integer)', nameOf(url));
      return url;
    },
    /belongs to something else, for it has a table shop/,
  ],
  [
    'the user may not create tables',
    async () => {
      const url = await server.createDatabase();
      await server.sql("CREATE ROLE guest LOGIN PASSWORD 'x'");
      return url.replace(/\/\/.*@/, '//guest:x@');
    },
    /the user guest may not create tables in the schema public; GRANT CREATE ON SCHEMA public, or make it the owner/,
  ],
])('it says what to fix where %s', async (_, change, message) => {
  const url = await change(await used());
  const inspected = inspect(url);
  await expect(inspected).rejects.toThrow(message);
  await expect(inspected).rejects.not.toThrow(exporterPassword);
});
