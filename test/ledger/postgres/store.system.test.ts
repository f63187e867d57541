import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Change } from '../../../src/ledger/change.ts';
import { createPostgresStore, type PostgresOptions } from '../../../src/ledger/postgres/store.ts';
import { workspaceTask } from '../../../src/ledger/replicas.ts';
import { type Ledger, LedgerError } from '../../../src/ledger/store.ts';
import { inForm } from '../../support/form.ts';
import { foldRows } from '../../support/ledger/ledgers.ts';
import { throughPort } from '../../support/ledger/postgres-database.ts';
import { startPgbouncer } from '../../support/pgbouncer.ts';
import { usePostgres } from '../../support/postgres.ts';
import { eventually, start } from '../../support/process/processes.ts';
import { startTcpProxy } from '../../support/process/tcp-proxy.ts';
import { everythingOf, instance, nowMs } from '../contract.ts';

const server = usePostgres();
const workspace = { projectId: 'p', workspaceId: 'w' };
const task = workspaceTask(workspace);
const look = { scrapedAgoMs: null };

function storeOf(url: string, options: Partial<PostgresOptions> = {}) {
  const store = createPostgresStore({ url, password: null, ca: null, leaseMs: 15_000, ...options });
  onTestFinished(() => store.close());
  const { replicas } = store;
  if (replicas === null) throw new Error('no replicas');
  return { ...store, replicas };
}
type TestStore = ReturnType<typeof storeOf>;

async function createdIn(store: TestStore): Promise<Ledger> {
  expect(await store.replicas.take([task], 1)).toEqual([task]);
  return store.create(workspace, nowMs, 0);
}
async function pageOf(ledger: Ledger, ...ids: string[]): Promise<Change> {
  return {
    kind: 'page',
    page: await foldRows(
      ledger,
      ids.map((id) => instance(id)),
      nowMs,
    ),
  };
}
const begin = async (ledger: Ledger, ...ids: string[]) => ledger.commit(await pageOf(ledger, ...ids));
/** The same ledger, read anew. */
async function reread(store: TestStore): Promise<Ledger> {
  const ledger = await store.open(workspace);
  if (ledger === null) throw new Error('no ledger');
  return ledger;
}

test('everything works behind a pooler in transaction mode', async () => {
  const url = await server.createDatabase();
  const port = await startPgbouncer(server, 2);
  const [a, b] = [storeOf(throughPort(url, port)), storeOf(throughPort(url, port))];
  const ledger = await createdIn(a);
  await Promise.all([
    (async () => {
      for (let i = 0; i < 20; i++) await begin(ledger, `a${i}`, `b${i}`);
    })(),
    (async () => {
      for (let i = 0; i < 20; i++) {
        await a.replicas.look(look);
        await b.replicas.look(look);
        await b.replicas.tell('x', (before) => Number(before) + 1);
        expect(await b.replicas.take([task], 1)).toEqual([]);
      }
    })(),
  ]);
  const seen = await reread(b);
  expect(await everythingOf(seen)).toEqual(await everythingOf(ledger));
  expect((await a.replicas.told(['x'])).get('x')?.value).toBe(20);
  await a.replicas.leave();
  expect(await b.replicas.take([task], 1)).toEqual([task]);
  await begin(seen, 'c');
  await expect(begin(ledger, 'd')).rejects.toMatchObject({ isLost: true });
});

describe('a commit whose connection is cut', () => {
  test('after any byte is stored whole or not at all, and the handle knows which', async () => {
    const url = await server.createDatabase();
    const proxy = await startTcpProxy(server.port);
    const cut = storeOf(throughPort(url, proxy.port));
    const ledger = await createdIn(cut);
    const direct = storeOf(url);
    // The first page is longer: it writes the label sets.
    await begin(ledger, 'first');
    let expected = 1;
    const outcomes = { stored: 0, not: 0 };

    async function cutAfter(bytes: number): Promise<boolean> {
      const ids = Array.from({ length: 3 }, () => randomUUID());
      // This also opens the connection that will be cut.
      const change = await pageOf(ledger, ...ids);
      proxy.cutAfter(bytes);
      const failure = await ledger.commit(change).then(
        () => null,
        (error: unknown) => error,
      );
      await proxy.mend();
      // A connection that is cut after the last byte may be used once more before its end is seen.
      await ledger.catchUp().catch(() => ledger.catchUp());
      const stored = await reread(direct);
      expect(stored.state).toEqual(ledger.state);
      const isStored = stored.state.instances > expected;
      expect(stored.state.instances).toBe(expected + (isStored ? 3 : 0));
      expected = stored.state.instances;
      if (failure === null) expect(isStored).toBe(true);
      else {
        expect(failure).toBeInstanceOf(LedgerError);
        outcomes[isStored ? 'stored' : 'not'] += 1;
        if (isStored) expect((failure as LedgerError).message).toContain('whether the last change is stored');
      }
      return failure === null;
    }

    const step = inForm(397, 53);
    let bytes = 1;
    while (!(await cutAfter(bytes))) bytes += step;
    // The answer to COMMIT has 18 bytes.
    for (let back = 1; back <= step + 20; back += inForm(9, 1)) await cutAfter(bytes - back);
    expect(outcomes.stored).toBeGreaterThan(0);
    expect(outcomes.not).toBeGreaterThan(5);
    expect(await everythingOf(ledger)).toEqual(await everythingOf(await reread(direct)));
    await begin(ledger, 'afterwards');
  });

  test('because the server was killed is stored if it was told so', async () => {
    const url = await server.createDatabase();
    const store = storeOf(url);
    const ledger = await createdIn(store);
    let acknowledged = 0;
    for (let round = 0; round < inForm(2, 8); round++) {
      let isOver = false;
      const committing = (async () => {
        while (!isOver) {
          await begin(ledger, `${acknowledged}`);
          acknowledged += 1;
        }
      })();
      committing.catch(() => {});
      await sleep(100 + round * 37);
      await server.kill();
      isOver = true;
      await committing.catch((error: unknown) => expect(error).toBeInstanceOf(LedgerError));
      await server.start();
      await ledger.catchUp();
      expect(ledger.state).toEqual((await reread(store)).state);
      expect([acknowledged, acknowledged + 1]).toContain(ledger.state.instances);
      acknowledged = ledger.state.instances;
    }
    expect(acknowledged).toBeGreaterThan(2);
  });
});

const source = (file: string) =>
  JSON.stringify(join(import.meta.dirname, '..', '..', '..', 'src', 'ledger', 'postgres', file));

test('one that was stopped in the middle of a commit holds the others up for no longer than its lease, and writes nothing afterwards', async () => {
  const url = await server.createDatabase();
  const leaseMs = 3_000;
  const script = `
    import { createPostgresStore } from ${source('store.ts')};
    let stopAt = Infinity;
    const store = createPostgresStore({ url: process.env.URL, password: null, ca: null, leaseMs: ${leaseMs},
      onStatement() { if (--stopAt === 0) process.kill(process.pid, 'SIGSTOP'); } });
    await store.replicas.take([${JSON.stringify(task)}], 1);
    await store.create(${JSON.stringify(workspace)}, 1, 1);
    const ledger = await store.open(${JSON.stringify(workspace)});
    console.log('ready');
    // After the fence.
    stopAt = 2;
    await ledger.commit({ kind: 'named', name: 'late' }).catch((error) => console.log('failed', error.message));
    await ledger.commit({ kind: 'named', name: 'later' }).catch((error) => console.log('failed', error.isLost));
    await store.close();`;
  const stopped = start(process.execPath, ['--input-type=module', '-e', script], { URL: url });
  await eventually(() => stopped.stdout().includes('ready') || undefined, 'the first process', stopped);
  const isStopped = () => readFileSync(`/proc/${stopped.child.pid}/stat`, 'utf8').includes(') T ') || undefined;
  await eventually(isStopped, 'its stop', stopped);

  const beganMs = performance.now();
  const other = storeOf(url, { leaseMs });
  await eventually(async () => (await other.replicas.take([task], 1)).length > 0 || undefined, 'the takeover');
  expect(performance.now() - beganMs).toBeLessThan(leaseMs + 1_500);
  const ledger = await reread(other);
  await begin(ledger, 'x');
  stopped.child.kill('SIGCONT');
  expect(await stopped.ended).toBe(0);
  const [, first, second] = stopped.stdout().split('\n');
  expect(first).toMatch(/^failed .*(had stopped in the middle|the connection broke)/);
  expect(second).toBe('failed true');
  await ledger.catchUp();
  expect(ledger.state).toMatchObject({ name: null, instances: 1 });
});
