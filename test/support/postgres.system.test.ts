import pg from 'pg';
import { expect, test } from 'vitest';
import { fixedCa, fixedServer } from './http/test-certificates.ts';
import { startPostgres, usePostgres } from './postgres.ts';

const server = usePostgres();

async function answerOf(url: string, ssl?: object): Promise<unknown> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000, ...(ssl && { ssl }) });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query('SELECT current_user AS me, current_database() AS database')).rows[0];
  } finally {
    await client.end();
  }
}

test('each database is new and belongs to the exporter', async () => {
  const [one, other] = [await server.createDatabase(), await server.createDatabase()];
  expect(one).not.toBe(other);
  expect(await answerOf(one)).toMatchObject({ me: 'exporter' });
  await expect(answerOf(one.replace(/:[^:@]*@/, ':wrong@'))).rejects.toThrow('password authentication failed');
});

test('it stops, is killed, and is there again with what it held', async () => {
  const url = await server.createDatabase();
  await server.kill();
  await expect(answerOf(url)).rejects.toThrow();
  await server.start();
  expect(await answerOf(url)).toBeDefined();
  await server.stop();
  await expect(answerOf(url)).rejects.toThrow();
  await server.start();
  expect(await answerOf(url)).toBeDefined();
});

test('while it is paused it answers nobody', async () => {
  const url = await server.createDatabase();
  server.pause();
  await expect(answerOf(url)).rejects.toThrow('timeout');
  server.resume();
  expect(await answerOf(url)).toBeDefined();
});

test('one with a certificate speaks TLS', async () => {
  const secured = await startPostgres({ tls: fixedServer });
  try {
    expect(await answerOf(await secured.createDatabase(), { ca: fixedCa })).toBeDefined();
  } finally {
    await secured.end();
  }
});
