import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createSqliteStore } from '../../../src/ledger/sqlite/store.ts';
import { type Ledger, LedgerError, type Store } from '../../../src/ledger/store.ts';
import { createLedgerView } from '../../../src/poll/workspace/ledger-view.ts';
import { createZeroFirst } from '../../../src/poll/workspace/zero-first.ts';
import { defaultProject, defaultWorkspace } from '../../../src/simulator/defaults.ts';
import { wrapStore } from '../../support/ledger/wrapped-store.ts';
import { shortPages } from '../../support/metrics/report.ts';
import { createSoc } from '../../support/world/simulated-soc.ts';

function viewOf(store: Store, soc = createSoc({ store })) {
  const names: string[] = [];
  const zeroFirst = createZeroFirst(
    () => 0,
    soc.now,
    () => null,
  );
  const lines: Record<string, unknown>[] = [];
  const view = createLedgerView({
    open: () => store.open({ projectId: defaultProject.id, workspaceId: defaultWorkspace.id }),
    maxRuns: () => 10,
    settings: () => ({ retentionMs: 30 * 86_400_000, failureGraceMs: 300_000 }),
    now: soc.now,
    onName: (name) => void names.push(name),
    log: pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    elapsedMs: () => 0,
  });
  return { soc, view: { ...view, refresh: () => view.refresh(zeroFirst) }, names, lines };
}

test('is empty before there is a ledger, and has its contents afterwards', async () => {
  const { soc, view, names } = viewOf(createSqliteStore(':memory:'));
  const createdMs = soc.now();
  const nothing = { profile: {}, hours: [], failedRuns: [], openRuns: [] };
  const empty = { snapshot: null, counting: null, ...nothing, lastSuccessMs: null };
  await view.refresh();
  expect(view.contents()).toEqual(empty);
  await soc.poll();
  soc.turn(60_000);
  soc.world.start(soc.now() - 5 * 3_600_000);
  soc.world.fail(soc.world.start(soc.now() - 5_000), soc.now(), 'node', 'error');
  await soc.poll();
  expect(view.contents()).toEqual(empty);
  await view.refresh();
  expect(view.contents()).toMatchObject({
    snapshot: { instances: 2, openInstances: 1 },
    counting: { sinceMs: createdMs, prunedBeforeMs: 0 },
    failedRuns: [{ status: 'FAILED' }],
    hours: [{ ended: 1, failed: 1 }],
    openRuns: [{ status: 'RUNNING' }],
    lastSuccessMs: soc.now(),
  });
  expect(names).toEqual([]);
});

/** As a process has it: what polls commit and what is shown are of the same handle. */
function withOneHandle(store: Store): Store {
  let ledger: Ledger | null = null;
  return {
    ...store,
    async open(workspace) {
      ledger ??= await store.open(workspace);
      return ledger;
    },
    async create(...of) {
      ledger = await store.create(...of);
      return ledger;
    },
  };
}

test.each<[string, (soc: ReturnType<typeof createSoc>, id: string) => void, boolean]>([
  ['without news', () => {}, true],
  ['that sees an open run again', (soc) => soc.turn(1_000), true],
  ['a minute later, when the window has moved', (soc) => soc.turn(60_000), false],
  ['with a run that has ended', (soc, id) => soc.world.finish(id, soc.now()), false],
])('after a poll %s, the snapshot is the same object or a new one', async (_, happen, isSame) => {
  const { soc, view } = viewOf(withOneHandle(createSqliteStore(':memory:')));
  const id = soc.world.start(soc.now() - 5_000);
  for (let polls = 0; polls < 10; polls++) {
    await soc.poll();
    await view.refresh();
  }
  const { snapshot } = view.contents();
  expect(snapshot?.instances).toBe(1);
  happen(soc, id);
  await soc.poll();
  await view.refresh();
  expect(view.contents().snapshot === snapshot).toBe(isSame);
});

test('shows how SecMaster behaves, as the ledger has it', async () => {
  const store = createSqliteStore(':memory:');
  const { view } = viewOf(store);
  const workspace = { projectId: defaultProject.id, workspaceId: defaultWorkspace.id };
  const ledger = await store.create(workspace, 1, 0);
  await ledger.commit({ kind: 'profile_learned', profile: shortPages });
  await view.refresh();
  expect(view.contents().profile).toEqual(shortPages);
});

test('passes on the name in the ledger', async () => {
  const store = createSqliteStore(':memory:');
  const { soc, view, names } = viewOf(store, createSoc({ store, settings: { name: null } }));
  await soc.poll();
  await view.refresh();
  expect(names).toEqual([defaultWorkspace.name]);
});

test.each<keyof Store | keyof Ledger>(['open', 'together', 'pending', 'snapshot', 'latestFailures', 'stuckOrRetrying'])(
  'a ledger whose %s fails changes nothing',
  async (call) => {
    let isBroken = false;
    const store = wrapStore(createSqliteStore(':memory:'), (name) => {
      if (isBroken && name === call) throw new LedgerError('broken');
    });
    const { soc, view } = viewOf(store);
    await soc.poll();
    await view.refresh();
    const before = view.contents();
    soc.turn(60_000);
    soc.world.fail(soc.world.start(soc.now() - 5_000), soc.now(), 'node', 'error');
    await soc.poll();
    isBroken = true;
    await expect(view.refresh()).rejects.toThrow('broken');
    expect(view.contents()).toBe(before);
  },
);

test('a ledger that fails once all has been read changes nothing', async () => {
  const whole = createSqliteStore(':memory:');
  let isBroken = false;
  const together = (ledger: Ledger) => async (work: Parameters<Ledger['together']>[0]) => {
    await ledger.together(work);
    throw new LedgerError('broken');
  };
  const open: Store['open'] = async (workspace) => {
    const ledger = await whole.open(workspace);
    if (ledger === null || !isBroken) return ledger;
    return Object.create(ledger, { together: { value: together(ledger) } });
  };
  const { soc, view } = viewOf({ ...whole, open }, createSoc({ store: whole }));
  await soc.poll();
  await view.refresh();
  const before = view.contents();
  soc.world.start(soc.now() - 5_000);
  await soc.poll();
  isBroken = true;
  await expect(view.refresh()).rejects.toThrow('broken');
  expect(view.contents()).toBe(before);
});

test('too many playbooks are logged once while there are too many', async () => {
  const store = createSqliteStore(':memory:');
  const { soc, view, lines } = viewOf(store, createSoc({ store, settings: { maxPlaybooks: 1 } }));
  for (const name of ['a', 'b']) soc.world.start(soc.now() - 1_000, { playbook: { id: `id of ${name}`, name } });
  await soc.poll();
  for (let i = 0; i < 3; i++) await view.refresh();
  expect(lines).toMatchObject([{ level: 40, limited: 1 }]);
});
