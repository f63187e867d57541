import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createPostgresStore } from '../../../src/ledger/postgres/store.ts';
import { fixedCa, fixedServer, strangerCa } from '../../support/http/test-certificates.ts';
import { openTestDatabase, throughPort } from '../../support/ledger/postgres-database.ts';
import { startPostgres, usePostgres } from '../../support/postgres.ts';

const server = usePostgres({
  tls: fixedServer,
  access: ['hostnossl tls_only all 127.0.0.1/32 reject', 'host stranger all 127.0.0.1/32 reject'],
});
const one = 'SELECT 1 AS one';

describe('TLS', () => {
  const ask = async (change: (url: string) => string, ca: string | null) => {
    const db = openTestDatabase(change(await server.createDatabase()), { ca: ca === null ? null : async () => ca });
    return db.rows<{ tls: boolean }>('SELECT ssl AS tls FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
  };
  const withMode = (mode: string) => (url: string) => `${url}?sslmode=${mode}`;
  const byName = (mode: string) => (url: string) => `${url.replace('127.0.0.1', 'localhost')}?sslmode=${mode}`;

  test.each([
    ['is left out on loopback', (url: string) => url, null, false],
    ['is used on loopback if the URL says so', withMode('verify-full'), fixedCa, true],
    ['is used and verified with sslmode=require', withMode('require'), fixedCa, true],
    ['takes any name with sslmode=verify-ca', byName('verify-ca'), fixedCa, true],
  ] as const)('%s', async (_, change, ca, tls) => {
    expect(await ask(change, ca)).toEqual([{ tls }]);
  });

  test.each([
    ['a CA that is not the one of the certificate', withMode('require'), strangerCa, 'name its CA in state.ca_file'],
    ['no CA', withMode('require'), null, 'name its CA in state.ca_file'],
    [
      'a CA that is not the one of the certificate, whatever its name',
      byName('verify-ca'),
      strangerCa,
      'state.ca_file',
    ],
    ['a certificate for another host', byName('verify-full'), fixedCa, 'its certificate is for another host'],
  ] as const)('%s is refused', async (_, change, ca, message) => {
    await expect(ask(change, ca)).rejects.toThrow(message);
  });

  test('goes on with a CA that was renewed', async () => {
    let ca = strangerCa;
    const db = openTestDatabase(`${await server.createDatabase()}?sslmode=verify-full`, { ca: async () => ca });
    await expect(db.rows(one)).rejects.toThrow('state.ca_file');
    ca = fixedCa;
    expect(await db.rows(one)).toEqual([{ one: 1 }]);
  });

  test('that begins and never ends does not hang', async () => {
    const silent = createServer((socket) => socket.once('data', () => socket.write('S'))).listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const url = throughPort(await server.createDatabase(), port);
    const db = openTestDatabase(`${url}?sslmode=verify-full`, { ca: async () => fixedCa, connectMs: 500 });
    await expect(db.rows(one)).rejects.toThrow('does not answer in time');
  });
});

describe('who may come in', () => {
  test.each([
    ['only with TLS', 'tls_only'],
    ['not at all', 'stranger'],
  ])('%s', async (_, database) => {
    const url = await server.createDatabase();
    await server.sql(`CREATE DATABASE ${database} OWNER exporter`);
    const message = 'it does not let this user in from here; check the user and sslmode';
    await expect(openTestDatabase(url.replace(/\w+$/, database)).rows(one)).rejects.toThrow(message);
  });
});

const storeOf = (url: string) => {
  const store = createPostgresStore({ url, password: null, ca: null, leaseMs: 15_000 });
  onTestFinished(() => store.close());
  return store;
};
const first = (url: string) => storeOf(url).open({ projectId: 'p', workspaceId: 'w' });

describe('the tables', () => {
  test('are refused to a user who may not create them, and need few privileges later', async () => {
    const url = await server.createDatabase();
    const database = url.split('/').at(-1);
    await server.sql("CREATE ROLE reader LOGIN PASSWORD 'x'");
    const asReader = url.replace(/\/\/.*@/, '//reader:x@');
    await expect(first(asReader)).rejects.toThrow('the user lacks a privilege; make it the owner of the database');
    expect(await first(url)).toBe(null);
    await expect(first(asReader)).rejects.toThrow('the user lacks a privilege');
    await server.sql('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO reader', database);
    const store = storeOf(asReader);
    await store.replicas?.take(['workspace p/w'], 1);
    const ledger = await store.create({ projectId: 'p', workspaceId: 'w' }, 1, 1);
    expect(ledger.state.createdAtMs).toBe(1);
  });

  test('are in the first schema of the search_path, and stay there', async () => {
    const url = await server.createDatabase();
    const database = url.split('/').at(-1);
    await server.sql('CREATE SCHEMA soc AUTHORIZATION exporter; CREATE TABLE public.task (mine text)', database);
    await server.sql(`ALTER ROLE exporter IN DATABASE ${database} SET search_path = soc, public`);
    await first(url);
    const places = "SELECT DISTINCT schemaname AS place FROM pg_tables WHERE tableowner = 'exporter'";
    expect(await server.sql(places, database)).toEqual([{ place: 'soc' }]);
    await server.sql(`ALTER ROLE exporter IN DATABASE ${database} SET search_path = other, soc, public`);
    await server.sql('CREATE SCHEMA other AUTHORIZATION exporter', database);
    await first(url);
    expect(await server.sql(places, database)).toEqual([{ place: 'soc' }]);
  });

  test('are in a schema that the URL names', async () => {
    const url = await server.createDatabase();
    const database = url.split('/').at(-1);
    await server.sql('CREATE SCHEMA soc AUTHORIZATION exporter', database);
    await first(`${url}?options=-c%20search_path%3Dsoc`);
    expect(await server.sql('SELECT version FROM soc.secmaster_exporter', database)).toHaveLength(1);
  });

  test.each([
    [
      'a table of another program',
      'CREATE TABLE orders (id integer)',
      'the schema public belongs to something else, for it has a table orders',
    ],
    ['a table with the same name', 'CREATE TABLE task (id integer)', 'for it has a table task'],
    [
      'a table that only looks like ours',
      'CREATE TABLE secmaster_exporter (id integer)',
      'its tables are not those of an exporter',
    ],
    [
      'a table of ours that was emptied',
      'CREATE TABLE secmaster_exporter (version integer)',
      'is damaged: the table secmaster_exporter is empty',
    ],
    ['no schema', 'DROP SCHEMA public', 'search_path of the user names no schema'],
  ])('%s: said instead of mixed', async (_, sql, message) => {
    const url = await server.createDatabase();
    await server.sql(sql, url.split('/').at(-1));
    await server.sql('GRANT SELECT ON ALL TABLES IN SCHEMA public TO exporter', url.split('/').at(-1)).catch(() => {});
    await expect(first(url)).rejects.toThrow(message);
  });

  test("of an extension are in nobody's way", async () => {
    const url = await server.createDatabase();
    const sql = 'CREATE TABLE of_extension (id integer); ALTER EXTENSION plpgsql ADD TABLE of_extension';
    await server.sql(sql, url.split('/').at(-1));
    expect(await first(url)).toBe(null);
  });

  test('in another encoding are refused', async () => {
    const url = await server.createDatabase();
    await server.sql("CREATE DATABASE latin OWNER exporter ENCODING 'LATIN1' TEMPLATE template0");
    await expect(first(url.replace(/\w+$/, 'latin'))).rejects.toThrow(
      "has the encoding LATIN1; create one with ENCODING 'UTF8'",
    );
  });
});

test('a standby is told from the primary, and one that was promoted is taken', async () => {
  const url = await server.createDatabase();
  const writer = storeOf(url);
  await writer.replicas?.take(['x'], 1);
  const standby = await startPostgres({ standbyOf: server });
  try {
    const store = storeOf(throughPort(url, standby.port));
    await expect(store.replicas?.look({ scrapedAgoMs: null })).rejects.toThrow(
      'it is read-only, such as a standby; name the primary',
    );
    await standby.sql('SELECT pg_promote()');
    expect((await store.replicas?.look({ scrapedAgoMs: null }))?.tasks.has('x')).toBe(true);
  } finally {
    await standby.end();
  }
});
