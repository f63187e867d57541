import { expect, test } from 'vitest';
import type { Change } from '../../src/ledger/change.ts';
import { createSqliteStore } from '../../src/ledger/sqlite/store.ts';
import { LedgerError } from '../../src/ledger/store.ts';
import { maxNews } from '../../src/poll/pieces.ts';
import { wrapStore } from '../support/ledger/wrapped-store.ts';
import { createSoc, startMs } from '../support/world/simulated-soc.ts';

const playbook = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate host' };
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** A workspace with 300 runs that have been counted, and the sizes of the pages that are committed from then on. */
async function settledSoc() {
  const sizes: number[] = [];
  let failing: number | null = null;
  const store = wrapStore(createSqliteStore(':memory:'), (call, change) => {
    if (call !== 'commit') return;
    const { page } = change as Change & { readonly page?: { readonly entries: readonly unknown[] } | null };
    if (page === undefined || page === null || page.entries.length === 0) return;
    if (sizes.length === failing) throw new LedgerError('the disk is full');
    sizes.push(page.entries.length);
  });
  const soc = createSoc({ store });
  for (let i = 0; i < 300; i++) soc.world.finish(soc.world.start(startMs - i * 1_000, { playbook }), startMs);
  await soc.poll();
  await soc.poll();
  soc.turn(minuteMs);
  sizes.length = 0;
  const failAt = (commit: number | null) => {
    failing = commit;
  };
  return { soc, sizes, failAt };
}

test.each([
  [1, [1]],
  [maxNews, [25]],
  [maxNews + 1, [25, 1]],
  [60, [25, 25, 10]],
])('%i changed runs are committed in pieces of %j', async (runs, pieces) => {
  const { soc, sizes } = await settledSoc();
  for (let i = 0; i < runs; i++) soc.world.start(soc.now() - i, { playbook });
  await soc.poll();
  expect(sizes).toEqual(pieces);
  expect(await soc.differences()).toEqual([]);
});

test.each([0, 1, 2])('runs are counted once if commit %i of the pieces fails', async (commit) => {
  const { soc, sizes, failAt } = await settledSoc();
  for (let i = 0; i < 60; i++) soc.world.finish(soc.world.start(soc.now() - i, { playbook }), soc.now());
  failAt(commit);
  await soc.poll();
  expect(sizes).toHaveLength(commit);
  failAt(null);
  soc.restart();
  await soc.poll();
  await soc.poll();
  expect(await soc.differences()).toEqual([]);
});

test('a run that is in two pieces of a page is counted once', async () => {
  let isTwice = false;
  const soc = createSoc({
    through: (secmaster) => ({
      ...secmaster,
      async listInstances(...args) {
        const page = await secmaster.listInstances(...args);
        if (!isTwice || page.instances.length === 0) return page;
        const [first] = page.instances;
        return first === undefined
          ? page
          : { ...page, ids: [...page.ids, first.id], instances: [...page.instances, first] };
      },
    }),
  });
  await soc.poll();
  soc.turn(minuteMs);
  for (let i = 0; i < maxNews + 10; i++) soc.world.finish(soc.world.start(soc.now() - i, { playbook }), soc.now());
  isTwice = true;
  await soc.poll();
  isTwice = false;
  await soc.poll();
  expect(await soc.differences()).toEqual([]);
});

test('runs that have been pruned are no news: a poll that meets only them commits once', async () => {
  const pages: string[] = [];
  const store = wrapStore(createSqliteStore(':memory:'), (call, change) => {
    const { kind } = (change ?? {}) as Partial<Change>;
    if (call === 'commit' && (kind === 'page' || kind === 'tail_ended')) pages.push(kind);
  });
  const soc = createSoc({ store, settings: { retentionMs: 5 * dayMs } });
  const run = () => soc.world.finish(soc.world.start(soc.now() - 1_000, { playbook }), soc.now());
  for (let i = 0; i < 120; i++) run();
  await soc.poll();
  for (let day = 0; day < 7; day++) {
    soc.turn(dayMs);
    run();
    await soc.poll();
  }
  soc.turn(minuteMs);
  pages.length = 0;
  await soc.poll();
  expect(pages).toEqual(['tail_ended']);
});

test('what a tail has added before it breaks off is not missing in the count of the next one', async () => {
  const { soc, sizes, failAt } = await settledSoc();
  for (let tail = 0; tail < 5; tail++) {
    for (let i = 0; i < 60; i++) soc.world.start(soc.now() - i, { playbook });
    sizes.length = 0;
    failAt(1);
    await soc.poll();
    failAt(null);
    soc.turn(minuteMs);
    await soc.poll();
    soc.turn(minuteMs);
  }
  expect(soc.logged.filter(({ msg }) => msg.includes('sweeping'))).toEqual([]);
  expect(await soc.exposition()).toContain('assumption="count_exact"} 1');
  expect(await soc.differences()).toEqual([]);
});
