import { expect, test } from 'vitest';
import { createSqliteStore } from '../../../src/ledger/sqlite/store.ts';
import { LedgerError } from '../../../src/ledger/store.ts';
import { wrapStore } from '../../support/ledger/wrapped-store.ts';
import { createSoc } from '../../support/world/simulated-soc.ts';

/** All that are not 0: every reason is there from the start. */
function grown(counts: ReadonlyMap<string, number>) {
  return [...counts].filter(([, count]) => count > 0);
}

const failure = (status: number) =>
  `list_instances: ${status} APIGW.0601 (Simulated fault.): the service or a proxy failed; the configuration is not the cause`;

test('a failed poll is counted by its reason and logged once, as is the next success', async () => {
  const soc = createSoc();
  soc.world.start(soc.now());
  await soc.poll();
  soc.simulator.faults.add({ kind: 'status', status: 503, times: 2 });
  await soc.poll();
  await soc.poll();
  const failed = soc.workspace.report();
  expect(failed.polls).toMatchObject({
    count: 3,
    last: { error: failure(503) },
  });
  expect(grown(failed.polls.failures)).toEqual([['server_error', 2]]);
  expect(failed.polls.failures.get('throttled')).toBe(0);
  expect(failed.snapshot?.instances).toBe(1);
  await soc.poll();
  expect(soc.workspace.report().polls.last?.error).toBeNull();
  const about = soc.logged.filter(({ msg }) => /poll/.test(msg));
  expect(about).toMatchObject([
    { msg: 'first poll succeeded' },
    { msg: 'poll failed', level: 50, reason: 'server_error', error: failure(503) },
    { msg: 'polls succeed again' },
  ]);
  expect(about[1]).not.toHaveProperty('err');
});

test('the last success is kept across a restart', async () => {
  const store = createSqliteStore(':memory:');
  const soc = createSoc({ store });
  await soc.poll();
  const again = createSoc({ store });
  again.simulator.faults.add({ kind: 'status', status: 500, operation: 'ListAopWorkflowInstance' });
  await again.poll();
  expect(again.workspace.report().polls).toMatchObject({
    lastSuccessMs: soc.now(),
    last: { error: failure(500) },
  });
});

test('a ledger that fails leaves the numbers unchanged, and the report says why', async () => {
  const store = createSqliteStore(':memory:');
  let isFull = false;
  const soc = createSoc({
    store: wrapStore(store, (call) => {
      if (isFull && call === 'commit') throw new LedgerError('the disk is full');
    }),
  });
  soc.world.start(soc.now());
  await soc.poll();
  isFull = true;
  soc.world.start(soc.now());
  await soc.poll();
  expect(soc.workspace.report()).toMatchObject({
    snapshot: { instances: 1 },
    polls: { last: { error: 'the disk is full' } },
  });
  expect(grown(soc.workspace.report().polls.failures)).toEqual([['ledger', 1]]);
  isFull = false;
  await soc.poll();
  expect(await soc.differences()).toEqual([]);
});

test('a stop in the middle of a poll is no failure', async () => {
  const stopping = new AbortController();
  stopping.abort();
  const soc = createSoc();
  await soc.workspace.poll(stopping.signal, () => true);
  expect(soc.workspace.report().polls).toMatchObject({ count: 0, last: null });
});

test.each<[string, number, object[]]>([
  ['quick', 10, []],
  [
    'slow',
    4_000,
    [
      { level: 30, requests: 3 },
      { level: 30, requests: 6 },
      { level: 30, requests: 9 },
    ],
  ],
])(
  'a %s poll without a sweep says every ten seconds how far it is, and nothing before',
  async (_, requestMs, lines) => {
    let advance = () => {};
    const soc = createSoc({
      through: (secmaster) => ({
        ...secmaster,
        listInstances: (...asked) => {
          advance();
          return secmaster.listInstances(...asked);
        },
      }),
    });
    await soc.poll();
    soc.turn(60_000);
    for (let n = 0; n < 1_000; n += 1) soc.world.finish(soc.world.start(soc.now() - 1_000 + n), soc.now() - 999 + n);
    advance = () => soc.turn(requestMs);
    await soc.poll();
    expect(soc.logged.filter(({ msg }) => msg === 'poll in progress')).toMatchObject(lines);
  },
);
