/** A ledger in one of the stores, written when its parent asks for it. Argument: SQLite's file or PostgreSQL's URL. */
import pg from 'pg';
import { createPostgresStore } from '../../src/ledger/postgres/store.ts';
import { workspaceTask } from '../../src/ledger/replicas.ts';
import { createSqliteStore } from '../../src/ledger/sqlite/store.ts';
import { firstMinute } from '../../src/ledger/window.ts';
import type { Instance } from '../../src/model/instance.ts';
import { emptyPage, foldRows } from '../support/ledger/ledgers.ts';
import { type History, instancesOf } from './history.ts';
import { answer } from './processes.ts';
import { durationBuckets } from './seed.ts';
import { cpuMs } from './statistics.ts';

const place = process.argv[2] ?? '';
const store = place.startsWith('postgresql:')
  ? createPostgresStore({ url: place, password: null, ca: null, leaseMs: 60_000 })
  : createSqliteStore(place);
const workspace = { projectId: 'p', workspaceId: 'w' };
const dayMs = 86_400_000;
const pageRows = 100;

let roundTrips = 0;
const query = pg.Client.prototype.query as (...args: unknown[]) => unknown;
pg.Client.prototype.query = function counted(this: pg.Client, ...args: unknown[]) {
  roundTrips++;
  return query.apply(this, args);
} as typeof pg.Client.prototype.query;

let rows: readonly Instance[] = [];
let nowMs = 0;

async function created() {
  await store.replicas?.take([workspaceTask(workspace)], 1);
  return store.create(workspace, nowMs - 30 * dayMs, firstMinute(nowMs, dayMs));
}
let ledger: ReturnType<typeof created>;

async function measured(work: () => Promise<void>) {
  const before = { cpuMs: cpuMs(), wallMs: performance.now(), roundTrips };
  await work();
  return {
    cpuMs: cpuMs() - before.cpuMs,
    wallMs: performance.now() - before.wallMs,
    roundTrips: roundTrips - before.roundTrips,
  };
}

async function commitPage(instances: readonly Instance[]): Promise<void> {
  const one = await ledger;
  await one.commit({ kind: 'page', page: await foldRows(one, instances, nowMs, { durationBuckets }) });
}

const functions = {
  async prepare(history: History) {
    rows = instancesOf(history);
    nowMs = history.nowMs;
    ledger = created();
    await ledger;
  },
  /** All rows, page by page. */
  sweep: () =>
    measured(async () => {
      for (let from = 0; from < rows.length; from += pageRows) await commitPage(rows.slice(from, from + pageRows));
    }),
  exposeAll: async () => {
    const one = await ledger;
    await one.commit({ kind: 'exposed', series: await one.pending() });
  },
  /** A poll in which the runs of one page have begun and ended, and what is shown afterwards. */
  poll: (round: number) =>
    measured(async () => {
      const one = await ledger;
      await one.catchUp();
      const news = rows.slice(round * pageRows, (round + 1) * pageRows).map((row) => ({
        ...row,
        id: `new ${row.id}`,
        startTimeMs: nowMs - 60_000 + round,
        endTimeMs: nowMs - 30_000 + round,
      }));
      await commitPage(news);
      const tail = { page: emptyPage(nowMs), beganMs: nowMs + round, sweep: [], recheck: null };
      await one.commit({ kind: 'tail_ended', ...tail });
      await one.commit({ kind: 'poll_succeeded', atMs: nowMs + round });
      await one.snapshot();
    }),
};

export type LedgerProcess = typeof functions;
answer(functions);
