import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createPostgresStore } from '../../../src/ledger/postgres/store.ts';
import { createCircuitBreaker } from '../../../src/secmaster/credentials/circuit-breaker.ts';
import { createSharedCircuit } from '../../../src/secmaster/credentials/shared-circuit.ts';
import { SecMasterError } from '../../../src/secmaster/http/errors.ts';
import { usePostgres } from '../../support/postgres.ts';

const server = usePostgres();
const never = new AbortController().signal;

/** Replicas on one database, each with a circuit breaker for the same access key. */
async function replicasOn(url: string, offsMs: readonly number[]) {
  const all = offsMs.map((offMs) => {
    const store = createPostgresStore({ url, password: null, ca: null, leaseMs: 3_000 });
    onTestFinished(() => store.close());
    const { replicas } = store;
    if (replicas === null) throw new Error('PostgreSQL has replicas');
    const clock = { ...systemClock, now: () => Date.now() + offMs };
    const circuit = createSharedCircuit('["ak_sk","AKIAQUITESECRETID"]', replicas, clock);
    const breaker = createCircuitBreaker(clock, pino({ level: 'silent' }), circuit);
    const look = async () => circuit.seen((await replicas.look({ scrapedAgoMs: null })).tasks);
    const call = (attempt: () => Promise<void>, fingerprint = 'the key') =>
      breaker.run(
        {
          operation: 'list_instances',
          attempt,
          secondChance: () => false,
          refresh: async () => {},
          fingerprint: () => fingerprint,
        },
        never,
      );
    return { look, call };
  });
  for (const { look } of all) await look();
  return all;
}

test('in PostgreSQL one replica tries, all know what it found, and nothing there tells of the key', async () => {
  const url = await server.createDatabase();
  const all = await replicasOn(url, [0, 3_600_000, -3_600_000]);
  let refused = 0;
  const refuse = async () => {
    refused += 1;
    throw new SecMasterError('unauthorized', 'list_instances', '401 wrong key');
  };
  const outcomes = await Promise.allSettled(all.flatMap(({ call }) => [call(refuse), call(refuse)]));
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
  expect(refused).toBe(1);

  let accepted = 0;
  const accept = async () => {
    accepted += 1;
  };
  await Promise.all(all.flatMap(({ call }) => [call(accept, 'another'), call(accept, 'another')]));
  expect(accepted).toBe(6);
  for (const { look } of all) await look();
  await expect(all[1]?.call(refuse)).rejects.toThrow('waiting until');
  expect(refused).toBe(1);

  const stored = JSON.stringify(await server.sql('SELECT * FROM task, told', new URL(url).pathname.slice(1)));
  expect(stored).toContain('401 wrong key');
  expect(stored).not.toContain('AKIA');
  expect(stored).not.toContain('the key"');
});

test('while the database is away each replica goes on alone', async () => {
  const url = await server.createDatabase();
  const [one] = await replicasOn(url, [0]);
  await server.stop('fast');
  onTestFinished(() => server.start());
  let calls = 0;
  await one?.call(async () => {
    calls += 1;
  });
  expect(calls).toBe(1);
});
