import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../../src/ledger/postgres/database.ts';
import { LedgerError } from '../../../src/ledger/store.ts';
import { openTestDatabase, throughPort } from '../../support/ledger/postgres-database.ts';
import { exporterPassword, usePostgres } from '../../support/postgres.ts';
import { startTcpProxy } from '../../support/process/tcp-proxy.ts';

const server = usePostgres({ settings: { max_connections: 40 } });

async function withTable(): Promise<string> {
  const url = await server.createDatabase();
  await openTestDatabase(url).rows('CREATE TABLE note (text text PRIMARY KEY)');
  return url;
}
const notes = async (db: Database) =>
  (await db.rows<{ text: string }>('SELECT text FROM note ORDER BY 1')).map(({ text }) => text);
const add = (db: Database, ...texts: string[]) =>
  db.transaction(async (queries) => {
    for (const text of texts) await queries.rows('INSERT INTO note VALUES ($1)', text);
  });

/** The error's text; each call ends within this time. */
async function failureOf(work: Promise<unknown>, withinMs = 10_000): Promise<string> {
  const beganMs = performance.now();
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LedgerError);
  const { message } = error as LedgerError;
  expect(performance.now() - beganMs).toBeLessThan(withinMs);
  for (const secret of [exporterPassword, encodeURIComponent(exporterPassword), 'postgresql://'])
    expect(message).not.toContain(secret);
  return message;
}

describe('a transaction', () => {
  test('writes all or nothing, and its connection goes on', async () => {
    const db = openTestDatabase(await withTable(), { maxConnections: 1 });
    await add(db, 'a');
    expect(await failureOf(add(db, 'b', 'c', 'b'))).toContain('it refuses what an exporter writes');
    expect(await failureOf(add(db, 'd', 'a'))).toContain('duplicate key');
    const lost = new LedgerError('lost', { isLost: true });
    const refuse = db.transaction(async (queries) => {
      await queries.rows("INSERT INTO note VALUES ('e')");
      throw lost;
    });
    await expect(refuse).rejects.toBe(lost);
    expect(await notes(db)).toEqual(['a']);
    const [one] = await db.rows<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await failureOf(add(db, 'a'));
    expect(await db.rows('SELECT pg_backend_pid() AS pid')).toEqual([one]);
  });

  test('in which a statement failed unnoticed is no success', async () => {
    const db = openTestDatabase(await withTable());
    const work = db.transaction(async (queries) => {
      await queries.rows("INSERT INTO note VALUES ('a')");
      await queries.rows('SELECT 1/0').catch(() => {});
    });
    expect(await failureOf(work)).toContain('rolled back');
    expect(await notes(db)).toEqual([]);
  });

  test('has limits of its own, and leaves none in the session', async () => {
    const db = openTestDatabase(await server.createDatabase(), { maxConnections: 1 });
    const names = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'synchronous_commit'];
    const show = `SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`;
    const before = await server.sql(show);
    const during = {
      statement_timeout: '3s',
      lock_timeout: '2s',
      idle_in_transaction_session_timeout: '3s',
      synchronous_commit: 'on',
    };
    expect(await db.transaction((queries) => queries.rows(show))).toEqual([during]);
    const whileReading = { ...during, idle_in_transaction_session_timeout: '15s' };
    expect(await db.reading((queries) => queries.rows(show))).toEqual([whileReading]);
    expect(await db.rows(show)).toEqual([during]);
    const after = await db.transaction(async (queries) => {
      await queries.rows('COMMIT');
      const shown = await queries.rows(show);
      await queries.rows('BEGIN');
      return shown;
    });
    expect(after).toEqual(before);
  });

  test('is on the disk even where the database forgets by default', async () => {
    const url = await server.createDatabase();
    await server.sql(`ALTER DATABASE ${url.split('/').at(-1)} SET synchronous_commit = off`);
    const db = openTestDatabase(url);
    const show = "SELECT current_setting('synchronous_commit') AS it";
    expect(await server.sql(show, url.split('/').at(-1))).toEqual([{ it: 'off' }]);
    expect(await db.rows(show)).toEqual([{ it: 'on' }]);
    expect(await db.transaction((queries) => queries.rows(show))).toEqual([{ it: 'on' }]);
  });

  test('fails with whatever a test throws before or after it commits', async () => {
    let left = Number.POSITIVE_INFINITY;
    const onStatement = () => {
      left -= 1;
      if (left < 0) throw new Error('crash');
    };
    const db = openTestDatabase(await withTable(), { onStatement });
    const seen: string[][] = [];
    for (let n = 0; n < 5; n++) {
      left = n;
      await add(db, `a${n}`, `b${n}`).catch((error) => expect(error).toBeInstanceOf(LedgerError));
      left = Number.POSITIVE_INFINITY;
      seen.push(await notes(db));
    }
    const all = ['a3', 'a4', 'b3', 'b4'];
    expect(seen).toEqual([[], [], [], ['a3', 'b3'], all]);
  });
});

test('what is read in one go does not change meanwhile', async () => {
  const db = openTestDatabase(await withTable());
  await add(db, 'a');
  const count = 'SELECT count(*) AS n FROM note';
  const counts = await db.reading(async (queries) => {
    const before = await queries.rows(count);
    await add(db, 'b');
    return [before, await queries.rows(count), await db.rows(count)];
  });
  expect(counts).toEqual([[{ n: 1 }], [{ n: 1 }], [{ n: 2 }]]);
  expect(await failureOf(db.reading((queries) => queries.rows("INSERT INTO note VALUES ('c')")))).toContain(
    'read-only',
  );
});

test('numbers are numbers', async () => {
  const db = openTestDatabase(await server.createDatabase());
  const [row] = await db.rows(
    `SELECT 9007199254740991::bigint AS big, 0.1::numeric AS decimal, 0.1::float8 + 0.2::float8 AS sum, sum(2::bigint) AS total,
      ARRAY[1, NULL]::bigint[] AS list, 'infinity'::float8 AS infinite, $1::float8 AS back`,
    5e-324,
  );
  const sum = 0.1 + 0.2;
  const list = [1, null];
  expect(row).toEqual({
    big: 9007199254740991,
    decimal: 0.1,
    sum,
    total: 2,
    list,
    infinite: Number.POSITIVE_INFINITY,
    back: 5e-324,
  });
});

describe('no call hangs', () => {
  const short = { connectMs: 700, limits: { statementMs: 500, lockMs: 300, idleMs: 2_000 } };

  test('if the server says nothing to a new connection', async () => {
    const url = await withTable();
    const db = openTestDatabase(url, short);
    server.pause();
    try {
      expect(await failureOf(db.rows('SELECT 1'), 3_000)).toContain('does not answer in time');
      expect(await failureOf(add(db, 'a'), 3_000)).toContain('does not answer in time');
    } finally {
      server.resume();
    }
    await add(db, 'b');
    expect(await notes(db)).toContain('b');
  });

  test('if the server stops in the middle of a transaction', async () => {
    const url = await withTable();
    const db = openTestDatabase(url, short);
    const work = db.transaction(async (queries) => {
      await queries.rows("INSERT INTO note VALUES ('a')");
      server.pause();
      await queries.rows("INSERT INTO note VALUES ('b')");
    });
    try {
      expect(await failureOf(work, 5_000)).toContain('does not answer in time');
    } finally {
      server.resume();
    }
    expect(await notes(db)).toEqual([]);
  });

  test.each([
    ['swallows everything', 'blackhole', ['before']],
    ['swallows the answers', 'swallowAnswers', ['a', 'before']],
  ] as const)('if the network %s, and nobody knows whether a change is stored', async (_, trouble, stored) => {
    const url = await withTable();
    const proxy = await startTcpProxy(server.port);
    const db = openTestDatabase(throughPort(url, proxy.port), { ...short, maxConnections: 2 });
    await add(db, 'before');
    const work = db.transaction(async (queries) => {
      await queries.rows("INSERT INTO note VALUES ('a')");
      proxy[trouble]();
    });
    expect(await failureOf(work, 5_000)).toMatch(/does not answer in time.*whether the last change is stored/);
    expect(await failureOf(db.rows('SELECT 1'), 3_000)).toContain('does not answer in time');
    await proxy.mend();
    expect(await notes(db)).toEqual(stored);
  });

  test('if all connections are in use', async () => {
    const db = openTestDatabase(await server.createDatabase(), { ...short, maxConnections: 1 });
    const inside = await db.transaction(() => failureOf(db.rows('SELECT 1'), 3_000));
    expect(inside).toContain('all connections are in use');
    expect(await db.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('if a statement takes too long, or another one holds a lock', async () => {
    const db = openTestDatabase(await withTable(), { ...short, maxConnections: 3 });
    expect(await failureOf(db.transaction((queries) => queries.rows('SELECT pg_sleep(30)')))).toContain(
      'a statement took too long',
    );
    expect(await failureOf(db.rows('SELECT pg_sleep(30)'))).toContain('a statement took too long');
    const lock = 'LOCK TABLE note IN ACCESS EXCLUSIVE MODE';
    const second = db.transaction(async (queries) => {
      await queries.rows(lock);
      return failureOf(db.transaction((others) => others.rows(lock)));
    });
    expect(await second).toContain('something else has locked');
  });

  test('and the server does not go on with what nobody waits for any more', async () => {
    const db = openTestDatabase(await withTable(), { ...short, maxConnections: 3 });
    const limits = { statementMs: 20_000, lockMs: 20_000, idleMs: 20_000 };
    const [errors, left] = await db.transaction(
      async (queries) => {
        await queries.rows('LOCK TABLE note IN ACCESS EXCLUSIVE MODE');
        const errors = [await failureOf(notes(db)), await failureOf(notes(db))];
        return [errors, await server.sql("SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock'")];
      },
      { limits },
    );
    expect(left).toEqual([]);
    for (const error of errors) expect(error).toContain('something else has locked');
    expect(await notes(db)).toEqual([]);
  });

  test('if the server is stopped while the database is closed', async () => {
    const db = openTestDatabase(await server.createDatabase(), short);
    await db.rows('SELECT 1');
    const hanging = failureOf(db.rows('SELECT pg_sleep(60)'), 6_000);
    server.pause();
    try {
      const beganMs = performance.now();
      await db.close();
      expect(performance.now() - beganMs).toBeLessThan(5_000);
      await hanging;
      expect(await failureOf(db.rows('SELECT 1'), 1_000)).toContain('is being closed');
    } finally {
      server.resume();
    }
  });
});

describe('it goes on by itself', () => {
  test('after the server was restarted or killed', async () => {
    const db = openTestDatabase(await withTable());
    await Promise.all([add(db, 'a'), add(db, 'b'), add(db, 'c')]);
    await server.restart();
    await add(db, 'd');
    await server.kill();
    expect(await failureOf(db.rows('SELECT 1'))).toMatch(/nothing listens there|the connection broke/);
    await server.start();
    await add(db, 'e');
    expect(await notes(db)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('after all connections were cut, in use or not', async () => {
    const url = await withTable();
    const proxy = await startTcpProxy(server.port);
    const db = openTestDatabase(throughPort(url, proxy.port));
    const inUse = db.transaction(async (queries) => {
      await queries.rows("INSERT INTO note VALUES ('a')");
      proxy.cut();
      await queries.rows("INSERT INTO note VALUES ('b')");
    });
    expect(await failureOf(inUse)).toContain('the connection broke');
    await proxy.refuse();
    expect(await failureOf(db.rows('SELECT 1'))).toContain('nothing listens there');
    await proxy.mend();
    expect(await notes(db)).toEqual([]);
  });

  test('after the server ended a session', async () => {
    const db = openTestDatabase(await withTable());
    const work = db.transaction(async (queries) => {
      const [row] = await queries.rows<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await server.sql(`SELECT pg_terminate_backend(${row?.pid})`);
      await queries.rows("INSERT INTO note VALUES ('a')");
    });
    expect(await failureOf(work)).toMatch(/has ended the connection|the connection broke/);
    await add(db, 'b');
    expect(await notes(db)).toEqual(['b']);
  });

  test('with the new password, once there is one', async () => {
    const url = (await server.createDatabase()).replace(/:[^:@]*@/, '@');
    await server.sql("CREATE ROLE rotated LOGIN PASSWORD 'first'");
    let password = 'first';
    const db = openTestDatabase(url.replace('exporter@', 'rotated@'), { password: async () => password });
    await db.rows('SELECT 1');
    await server.sql("ALTER ROLE rotated PASSWORD 'second'");
    await server.restart();
    expect(await failureOf(db.rows('SELECT 1'))).toContain(
      'it refuses the password; correct it in state.password_file or state.url',
    );
    password = 'second';
    expect(await db.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('what is wrong is told', () => {
  test.each([
    ['a wrong password', (url: string) => url.replace(/:[^:@]*@/, ':wrong@'), 'it refuses the password'],
    ['no password', (url: string) => url.replace(/:[^:@]*@/, '@'), 'set state.password_file'],
    ['an unknown database', (url: string) => url.replace(/\w+$/, 'nowhere'), 'the database does not exist'],
    [
      'an unknown host',
      (url: string) => `${url.replace('127.0.0.1', 'nowhere.invalid')}?sslmode=disable`,
      'its host is unknown',
    ],
    ['a port of nobody', (url: string) => throughPort(url, 1), 'nothing listens there'],
    [
      'a folder without a socket',
      (url: string) => `${url.replace(/127.0.0.1:\d+/, '')}?host=/nowhere`,
      'no socket in that folder',
    ],
    ['TLS that the server has not', (url: string) => `${url}?sslmode=require`, 'it does not speak TLS'],
  ])('%s', async (_, change, expected) => {
    const message = await failureOf(openTestDatabase(change(await server.createDatabase())).rows('SELECT 1'));
    expect(message).toContain(expected);
    expect(message).toMatch(/^the ledger in PostgreSQL \S+:\d+\/\w+: /);
  });

  test('a file of the configuration that can not be read', async () => {
    const password = () => Promise.reject(new Error('state.password_file: /run/pw is missing; create it'));
    const ca = () => Promise.reject(new Error('state.ca_file: /run/ca is missing; create it'));
    const url = await server.createDatabase();
    expect(await failureOf(openTestDatabase(url, { password }).rows('SELECT 1'))).toContain(
      '/run/pw is missing; create it',
    );
    expect(await failureOf(openTestDatabase(url, { ca }).rows('SELECT 1'))).toContain('/run/ca is missing; create it');
  });

  test('more connections than the user may have', async () => {
    const url = await server.createDatabase();
    await server.sql("CREATE ROLE narrow LOGIN PASSWORD 'x' CONNECTION LIMIT 1");
    const db = openTestDatabase(url.replace(/\/\/.*@/, '//narrow:x@'));
    const inside = await db.transaction(() => failureOf(db.rows('SELECT 1')));
    expect(inside).toContain('it has no connection left');
  });

  test('what listens is no PostgreSQL server', async () => {
    const url = await server.createDatabase();
    const web = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
    await new Promise((resolve) => web.once('listening', resolve));
    const { port } = web.address() as { port: number };
    try {
      expect(await failureOf(openTestDatabase(throughPort(url, port)).rows('SELECT 1'))).toMatch(
        /the connection broke|failed/,
      );
      const secured = `${throughPort(url, port)}?sslmode=require`;
      expect(await failureOf(openTestDatabase(secured).rows('SELECT 1'))).toContain('no PostgreSQL server');
    } finally {
      web.close();
    }
  });
});
