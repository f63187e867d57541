import pg from 'pg';
import { pino } from 'pino';
import { beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Change } from '../../../src/ledger/change.ts';
import { createPostgresStore } from '../../../src/ledger/postgres/store.ts';
import { prune } from '../../../src/ledger/prune.ts';
import { workspaceTask } from '../../../src/ledger/replicas.ts';
import type { Ledger, Store, WorkspaceId } from '../../../src/ledger/store.ts';
import type { Instance } from '../../../src/model/instance.ts';
import { createLedgerView } from '../../../src/poll/workspace/ledger-view.ts';
import { createZeroFirst, type ZeroFirst } from '../../../src/poll/workspace/zero-first.ts';
import { emptyPage, foldRows, sweepPart } from '../../support/ledger/ledgers.ts';
import { newWorkspace } from '../../support/ledger/postgres-ledgers.ts';
import { usePostgres } from '../../support/postgres.ts';
import { instance, nowMs } from '../contract.ts';

const server = usePostgres();
let url = '';
beforeAll(async () => {
  url = await server.createDatabase();
});

let workspace: WorkspaceId;
let ledger: Ledger;
beforeEach(async () => {
  const store = openStore();
  workspace = newWorkspace();
  await store.replicas?.take([workspaceTask(workspace)], 1);
  ledger = await store.create(workspace, nowMs - 3_600_000, nowMs / 60_000 - 60);
});

function openStore(): Store {
  const store = createPostgresStore({ url, password: null, ca: null, leaseMs: 60_000 });
  onTestFinished(() => store.close());
  return store;
}

/** How often this waits for the server, BEGIN and COMMIT included. */
async function roundTrips(work: () => Promise<unknown>): Promise<number> {
  const query = vi.spyOn(pg.Client.prototype, 'query');
  try {
    await work();
    return query.mock.calls.length;
  } finally {
    query.mockRestore();
  }
}

/** Open ones, and ones that ended in each way; of many playbooks, trigger types, workflows and data classes. */
function hundred(round: number): Instance[] {
  return Array.from({ length: 100 }, (_, i) => {
    const status = ['RUNNING', 'FAILED', 'FINISHED', 'TERMINATED', 'RETRYING', `ODD ${i}`][(i + round) % 6] ?? '';
    const isEnded = ['FAILED', 'FINISHED', 'TERMINATED'].includes(status);
    const name = `Playbook ${i % 30} of ${round}`;
    return instance(`i${i}`, {
      playbook: { id: name, name },
      triggerType: `TYPE ${i % 7}`,
      status,
      retryCount: round + (i % 3),
      startTimeMs: nowMs - i * 1_000,
      endTimeMs: isEnded ? nowMs + i * 1_000 + round : null,
      details: {
        name: `I-${i}`,
        dataobjectId: null,
        defenseId: null,
        dataclass: { id: null, name: `Class ${i % 3}` },
        workflow: { id: `w${i % 9}`, name: null, version: `v${i % 4}`, versionId: null },
      },
    });
  });
}

const page = (rows: readonly Instance[]) =>
  foldRows(ledger, rows, nowMs, { labels: ['workflow', 'dataclass'], nodes: 'all', maxPlaybooks: 20, maxValues: 3 });

describe('a commit waits for the server', () => {
  test('6 times for a page of 100 rows in which everything has changed', async () => {
    await ledger.commit({ kind: 'page', page: await page(hundred(0)) });
    const changed = await page(hundred(1));
    const change: Change = {
      kind: 'tail_ended',
      page: changed,
      beganMs: nowMs,
      sweep: [sweepPart({ fromMs: 1, toMs: 2 }), sweepPart({ status: 'FAILED' })],
      recheck: { status: 'FAILED' },
      hasGap: true,
    };
    const { entries, playbooks, values, counters, durations, failures, cells, lastStarts, lastCompletions } = changed;
    const lists = [entries, playbooks, values, counters, durations, failures, cells, lastStarts, lastCompletions];
    for (const list of [...lists, changed.versions.versions, changed.ended?.readable ?? []])
      expect(list.length).toBeGreaterThan(0);
    expect(entries).toHaveLength(100);
    expect(await roundTrips(() => ledger.commit(change))).toBe(6);
  });

  test.each<[number, string, () => Promise<Change>]>([
    [4, 'a page with nothing new', async () => ({ kind: 'page', page: emptyPage(nowMs) })],
    [
      5,
      'a page that shows open runs again',
      async () => {
        const rows = hundred(0);
        await ledger.commit({ kind: 'page', page: await page(rows) });
        return { kind: 'page', page: await page(rows) };
      },
    ],
    [4, 'the end of a poll', async () => ({ kind: 'poll_succeeded', atMs: nowMs })],
    [6, 'a window that moves on', async () => ({ kind: 'window_moved', fromMinute: nowMs / 60_000, sweep: [] })],
    [
      7,
      'a window that moves back',
      async () => {
        await ledger.commit({ kind: 'page', page: await page(hundred(0)) });
        return { kind: 'window_moved', fromMinute: 0, sweep: [] };
      },
    ],
    [
      7,
      'a playbook that disappears with its series',
      async () => {
        await ledger.commit({ kind: 'page', page: await page(hundred(0)) });
        const [{ playbook = '' } = {}] = [...ledger.state.runs.values()];
        return { kind: 'pruned', ids: ['i0'], playbooks: [playbook], beforeMs: nowMs };
      },
    ],
  ])('%i times for %s', async (times, _, changeOf) => {
    const change = await changeOf();
    expect(await roundTrips(() => ledger.commit(change))).toBe(times);
  });
});

test('one statement that reads waits 3 times, BEGIN and COMMIT included', async () => {
  await ledger.commit({ kind: 'page', page: await page(hundred(0)) });
  const ids = hundred(0).map(({ id }) => id);
  expect(await roundTrips(() => ledger.catchUp())).toBe(3);
  expect(await roundTrips(() => ledger.known(ids))).toBe(3);
  expect(await roundTrips(() => ledger.sweep())).toBe(0);
});

test('a snapshot waits 9 times, however much there is', async () => {
  await ledger.commit({ kind: 'page', page: await page(hundred(0)) });
  expect(await roundTrips(() => ledger.snapshot())).toBe(9);
});

describe('a refresh of what is shown waits', () => {
  let at = 0;
  /** Ten runs of ten playbooks that have ended; the same playbooks each time. */
  async function run(): Promise<void> {
    const round = ++at;
    const rows = Array.from({ length: 10 }, (_, i) =>
      instance(`run ${round} of ${i}`, {
        playbook: { id: `p${i}`, name: `Playbook ${i}` },
        triggerType: 'TIMER',
        status: i % 2 === 0 ? 'FAILED' : 'FINISHED',
        startTimeMs: nowMs + round,
        endTimeMs: nowMs + round + 1_000,
      }),
    );
    const tail = { page: await page(rows), beganMs: nowMs + 30_000 + round, sweep: [], recheck: null };
    await ledger.commit({ kind: 'tail_ended', ...tail });
  }

  function viewOf(of: Ledger, zeroFirst: ZeroFirst | null) {
    const view = createLedgerView({
      open: async () => of,
      maxRuns: () => 20,
      settings: () => ({ retentionMs: 30 * 86_400_000, failureGraceMs: 0 }),
      now: () => nowMs + 60_000,
      onName: () => {},
      log: pino({ level: 'silent' }),
      elapsedMs: () => 0,
    });
    return { refresh: () => roundTrips(() => view.refresh(zeroFirst)), snapshot: () => view.contents().snapshot };
  }

  const atOnce = createZeroFirst(
    () => 0,
    () => 0,
    () => null,
  );

  test('13 times on the replica that polls where nothing has changed, and 16 times with ten runs of ten playbooks', async () => {
    const { refresh, snapshot } = viewOf(ledger, atOnce);
    await run();
    await refresh();
    expect(await refresh()).toBe(13);
    await run();
    expect(await refresh()).toBe(16);
    expect(snapshot()?.streaks.map(({ failures }) => failures)).toEqual([2, 0, 2, 0, 2, 0, 2, 0, 2, 0]);
  });

  test('a few times more where series are to be exposed first', async () => {
    const { refresh } = viewOf(ledger, atOnce);
    await run();
    expect(await refresh()).toBeLessThanOrEqual(4 + 5 + 16);
    expect(await ledger.pending()).toEqual([]);
  });

  test('12 times on one that follows where nothing has changed, and 18 times with ten runs of ten playbooks', async () => {
    const other = await openStore().open(workspace);
    if (other === null) throw new Error('the ledger is gone');
    const { refresh, snapshot } = viewOf(other, null);
    await run();
    await refresh();
    await ledger.commit({ kind: 'exposed', series: await ledger.pending() });
    await refresh();
    expect(await refresh()).toBe(12);
    await run();
    expect(await refresh()).toBe(18);
    expect(snapshot()?.instances).toBe(20);
  });
});

test('pruning waits 6 times where there is nothing to prune', async () => {
  expect(await roundTrips(() => prune(ledger, nowMs, 86_400_000, 10))).toBe(6);
});
