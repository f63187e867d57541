import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPostgresStore } from '../../src/ledger/postgres/store.ts';
import { type Replicas, workspaceTask } from '../../src/ledger/replicas.ts';
import type { Ledger, Store } from '../../src/ledger/store.ts';
import type { Instance } from '../../src/model/instance.ts';
import { defaultProject } from '../../src/simulator/defaults.ts';
import { emptyPage, foldRows } from '../support/ledger/ledgers.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import type { Extent, Figure } from './figure.ts';
import { instancesOf } from './history.ts';
import { seedStore } from './seed.ts';
import { workspaceIds } from './site.ts';

const playbooks = 10;
const aDay = 1_000;
const runs = 10;
const looks = 50;
const manyTasks = 10_000;
const idsOf = (workspaceId: string) => ({ projectId: defaultProject.id, workspaceId });
const durationBuckets = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400];

/** What a poll, a replica that follows and a look cost the database: the figures of docs/scaling.md. */
export async function measureDatabase({ workspaces, rounds }: Extent): Promise<Figure[]> {
  // As a database that may lose its power.
  const server = await startPostgres({ settings: { fsync: 'on', full_page_writes: 'on', shared_buffers: '256MB' } });
  const url = await server.createDatabase();
  const password = async () => decodeURIComponent(new URL(url).password);
  const open = () => createPostgresStore({ url, password, ca: null, leaseMs: 60_000 });
  const [holder, follower] = [open(), open()];
  try {
    const leases = replicasOf(holder);
    await leases.look({ scrapedAgoMs: null });
    const few = workspaceIds(workspaces);
    await leases.take(few.map(taskOf), workspaces);
    const history = { instances: aDay, playbooks, nowMs: Date.now() };
    const empty = await sizeOf(server, url);
    await seedStore(holder, workspaces, history);
    await server.sql('VACUUM ANALYZE', databaseOf(url));
    const bytes = (await sizeOf(server, url)) - empty;
    const ledgers = await Promise.all(few.map((id) => ledgerOf(holder, id)));
    const followed = await Promise.all(few.map((id) => ledgerOf(follower, id)));
    const today = instancesOf(history);
    let nowMs = history.nowMs;

    const poll = async (ledger: Ledger, task: string, rows: readonly Instance[]) => {
      nowMs += 1_000;
      const page = rows.length === 0 ? emptyPage(nowMs) : await foldRows(ledger, rows, nowMs, { durationBuckets });
      await ledger.commit({ kind: 'tail_ended', page, beganMs: nowMs, sweep: [], recheck: null });
      await ledger.commit({ kind: 'poll_succeeded', atMs: nowMs });
      await leases.tell(task, () => told);
      await ledger.snapshot();
    };
    const round = async (turn: number, count: number) => {
      for (const [i, id] of few.entries()) {
        const ledger = ledgers[i];
        if (ledger !== undefined) await poll(ledger, taskOf(id), newRuns(today, turn, count, nowMs));
      }
    };
    const follow = async () => {
      for (const ledger of followed) {
        await ledger.catchUp();
        await ledger.snapshot();
      }
      await replicasOf(follower).told(few.map(taskOf));
    };
    const look = async () => {
      for (let i = 0; i < looks; i++) await replicasOf(follower).look({ scrapedAgoMs: null });
    };
    const each = rounds * workspaces;
    const measured = {
      quiet: await costOf(server, each, async () => {
        for (let i = 0; i < rounds; i++) await round(i, 0);
      }),
      busy: await costOf(server, each, async () => {
        for (let i = 0; i < rounds; i++) await round(rounds + i, runs);
      }),
      follow: await costOf(server, rounds * followed.length, async () => {
        for (let i = 0; i < rounds; i++) {
          await round(2 * rounds + i, 0);
          await follow();
        }
      }),
      look: await costOf(server, looks, look),
    };
    const all = workspaceIds(manyTasks).slice(workspaces);
    await leases.take(all.map(taskOf), all.length);
    const lookAtMany = await costOf(server, looks, look);

    const row = (what: string, text: string): Figure => ({
      what,
      floor: `${workspaces} workspaces`,
      measured: text,
      ratio: null,
      goal: 'none',
      isReached: null,
    });
    const cost = (what: string, { commits, walBytes, cpuMs }: Cost, less: Cost = nothing) => [
      row(`transactions of ${what}`, (commits - less.commits).toFixed(1)),
      row(`WAL of ${what}`, `${((walBytes - less.walBytes) / 1e3).toFixed(1)} kB`),
      row(`database's CPU of ${what}`, `${(cpuMs - less.cpuMs).toFixed(2)} ms`),
    ];
    return [
      row('size of a run in the database', `${(bytes / workspaces / aDay).toFixed(0)} B`),
      ...cost('a poll in which nothing has changed', measured.quiet),
      ...cost(`a poll with ${runs} ended runs`, measured.busy),
      ...cost('a replica that follows one poll', measured.follow, measured.quiet),
      ...cost(`a look at ${workspaces} tasks`, measured.look),
      ...cost(`a look at ${manyTasks.toLocaleString('en')} tasks`, lookAtMany),
    ];
  } finally {
    await Promise.all([holder.close(), follower.close()]);
    await server.end();
  }
}

const taskOf = (workspaceId: string) => workspaceTask(idsOf(workspaceId));

function replicasOf({ replicas }: Store): Replicas {
  if (replicas === null) throw new Error('the store has no replicas');
  return replicas;
}

async function ledgerOf(store: Store, workspaceId: string): Promise<Ledger> {
  const ledger = await store.open(idsOf(workspaceId));
  if (ledger === null) throw new Error(`no ledger of ${workspaceId}`);
  return ledger;
}

/** Runs of the history once more, begun and ended just now, under ids of their own. */
function newRuns(today: readonly Instance[], turn: number, count: number, nowMs: number): readonly Instance[] {
  const prefix = String(turn + 1).padStart(8, '0');
  return today.slice(0, count).map((one) => ({
    ...one,
    id: `${prefix}${one.id.slice(8)}`,
    startTimeMs: nowMs - 5_000,
    endTimeMs: nowMs,
  }));
}

/** As long as what a holder tells after a poll. */
const told = {
  polls: 1_234,
  recent: Array.from({ length: 20 }, (_, i) => ({ atMs: 1_700_000_000_000 + i, tookMs: 321 })),
};

interface Cost {
  readonly commits: number;
  readonly walBytes: number;
  readonly cpuMs: number;
}
const nothing: Cost = { commits: 0, walBytes: 0, cpuMs: 0 };

/** What the database spends on one of `times` things that `work` does. */
async function costOf(server: PostgresServer, times: number, work: () => Promise<void>): Promise<Cost> {
  const before = await spent(server);
  await work();
  const after = await spent(server);
  return {
    commits: (after.commits - before.commits) / times,
    walBytes: (after.walBytes - before.walBytes) / times,
    cpuMs: (after.cpuMs - before.cpuMs) / times,
  };
}

async function spent(server: PostgresServer) {
  // Backends tell what they have done once they have been idle for ten seconds.
  await sleep(11_000);
  const [row] = await server.sql<{ commits: string; wal: string; main: number }>(
    `SELECT (SELECT sum(xact_commit) FROM pg_stat_database WHERE datname LIKE 'test%') AS commits,
      pg_current_wal_insert_lsn() - '0/0' AS wal`,
  );
  return { commits: Number(row?.commits), walBytes: Number(row?.wal), cpuMs: cpuMsOf(server) };
}

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** CPU time of the server and all its processes, those that have ended included. */
function cpuMsOf({ folder }: PostgresServer): number {
  const main = readFileSync(`${folder}/data/postmaster.pid`, 'utf8').split('\n')[0] ?? '';
  const children = execFileSync('pgrep', ['-P', main], { encoding: 'utf8' }).trim().split('\n');
  const ticks = (pid: string, withChildren: boolean) => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15).map(Number);
      return user + system + (withChildren ? childUser + childSystem : 0);
    } catch {
      return 0;
    }
  };
  const all = ticks(main, true) + children.reduce((sum, pid) => sum + ticks(pid, false), 0);
  return (1_000 * all) / ticksPerSecond;
}

async function sizeOf(server: PostgresServer, url: string): Promise<number> {
  const [row] = await server.sql<{ bytes: string }>(`SELECT pg_database_size('${databaseOf(url)}') AS bytes`);
  return Number(row?.bytes);
}

const databaseOf = (url: string) => new URL(url).pathname.slice(1);
