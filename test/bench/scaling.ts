import { statSync } from 'node:fs';
import { createPostgresStore } from '../../src/ledger/postgres/store.ts';
import { type Replicas, workspaceTask } from '../../src/ledger/replicas.ts';
import type { Store } from '../../src/ledger/store.ts';
import { defaultProject } from '../../src/simulator/defaults.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { against, type Extent, type Figure } from './figure.ts';
import { type Live, type Polled, type Shown, startLive } from './live.ts';
import { temporaryFolder } from './processes.ts';
import { seedLedger, seedStore } from './seed.ts';
import { ledgerOf, workspaceIds } from './site.ts';
import { type Cost, costOf, untilTold } from './spent.ts';

const playbooks = 10;
/** Runs of a workspace in its last day. */
const aDay = 300;
const intervalMs = 15_000;
/** Ended runs of each workspace between two polls. */
const runs = 10;
const looks = 100;
const manyTasks = 10_000;

/** What many workspaces take, of one process on SQLite and of replicas on PostgreSQL: the figures of docs/scaling.md. */
export async function measureScaling({ workspaces }: Extent): Promise<Figure[]> {
  const few = Math.ceil(workspaces / 4);
  return [
    ...growth(await onSqlite(few), await onSqlite(workspaces)),
    ...sharing(await onPostgres(few, 1), await onPostgres(few, 3)),
    ...(await looking()),
  ];
}

interface Measured extends Shown {
  readonly workspaces: number;
  /** Of one run. */
  readonly ledgerBytes: number;
  readonly quiet: Polled;
  readonly busy: Polled;
}

async function onSqlite(workspaces: number): Promise<Measured> {
  using folder = temporaryFolder();
  const history = { instances: aDay, playbooks, nowMs: Date.now() };
  await seedLedger(folder.path, workspaces, history);
  const ledgerBytes = statSync(ledgerOf(folder.path)).size / workspaces / aDay;
  await using live = await startLive({ workspaces, exporters: 1, folder, history, intervalMs });
  return { workspaces, ledgerBytes, ...(await watch(live, (work) => work())) };
}

interface Shared extends Measured {
  readonly exporters: number;
  /** Of a poll. */
  readonly quietCost: Cost;
  readonly busyCost: Cost;
}

async function onPostgres(workspaces: number, exporters: number): Promise<Shared> {
  using folder = temporaryFolder();
  const server = await startDurable();
  try {
    const url = await server.createDatabase();
    const size = async () => {
      const [one] = await server.sql<{ bytes: string }>(`SELECT pg_database_size('${nameOf(url)}') AS bytes`);
      return Number(one?.bytes);
    };
    const history = { instances: aDay, playbooks, nowMs: Date.now() };
    const store = storeAt(url);
    await take(store, workspaces);
    const empty = await size();
    await seedStore(store, workspaces, history);
    await server.sql('VACUUM ANALYZE', nameOf(url));
    const ledgerBytes = ((await size()) - empty) / workspaces / aDay;
    await replicasOf(store).leave();
    await store.close();
    await using live = await startLive({ workspaces, exporters, folder, history, intervalMs, state: { url } });
    const costs: Cost[] = [];
    const watched = await watch(live, async (work) => {
      let polled: Polled | undefined;
      const cost = await costOf(server, async () => {
        polled = await work();
        return polled.polls;
      });
      costs.push(cost);
      if (polled === undefined) throw new Error('not polled');
      return polled;
    });
    const [quietCost, busyCost] = costs;
    if (quietCost === undefined || busyCost === undefined) throw new Error('not measured');
    return { workspaces, exporters, ledgerBytes, quietCost, busyCost, ...watched };
  } finally {
    await server.end();
  }
}

async function watch(live: Live, around: (work: () => Promise<Polled>) => Promise<Polled>) {
  // The first polls learn how SecMaster behaves, and ask for playbooks.
  await live.polled(2);
  const quiet = await around(() => live.polled(3));
  await live.finishRuns(runs);
  const busy = await around(() => live.polled(1));
  return { quiet, busy, ...(await live.shown()) };
}

function growth(few: Measured, many: Measured): Figure[] {
  const compared = (what: string, of: (measured: Measured) => number, unit = '', digits = 1) =>
    against(
      `one process: ${what}`,
      `${of(few).toFixed(digits)}${unit} with ${few.workspaces} workspaces`,
      `${of(many).toFixed(digits)}${unit} with ${many.workspaces}`,
      of(many) / of(few),
    );
  return [
    compared('series', ({ series }) => series, '', 0),
    compared('/metrics, plain', ({ bytes }) => bytes / 1e6, ' MB'),
    compared('memory (RSS)', ({ rss }) => rss / 1e6, ' MB', 0),
    compared('ledger of a run', ({ ledgerBytes }) => ledgerBytes, ' B', 0),
    compared('CPU of a poll in which nothing has changed', ({ quiet }) => quiet.cpuMs, ' ms'),
    compared(`CPU of a poll with ${runs} ended runs`, ({ busy }) => busy.cpuMs, ' ms'),
    compared('requests of a poll in which nothing has changed', ({ quiet }) => quiet.requests, '', 2),
    compared(`requests of a poll with ${runs} ended runs`, ({ busy }) => busy.requests, '', 2),
  ];
}

function sharing(one: Shared, three: Shared): Figure[] {
  const compared = (what: string, of: (measured: Shared) => number, unit = '', digits = 1) =>
    against(
      `${one.workspaces} workspaces in PostgreSQL: ${what}`,
      `${of(one).toFixed(digits)}${unit} with ${one.exporters} replica`,
      `${of(three).toFixed(digits)}${unit} with ${three.exporters}`,
      of(three) / of(one),
    );
  const ofPolls = (kind: string, polled: (shared: Shared) => Polled, cost: (shared: Shared) => Cost) => [
    compared(`CPU of all exporters for a poll ${kind}`, (shared) => polled(shared).cpuMs, ' ms'),
    compared(`requests of a poll ${kind}`, (shared) => polled(shared).requests, '', 2),
    compared(`transactions of a poll ${kind}`, (shared) => cost(shared).transactions),
    compared(`transactions that write of a poll ${kind}`, (shared) => cost(shared).writes),
    compared(`WAL of a poll ${kind}`, (shared) => cost(shared).walBytes / 1e3, ' kB'),
    compared(`the database's CPU for a poll ${kind}`, (shared) => cost(shared).cpuMs, ' ms'),
  ];
  return [
    compared('memory (RSS) of a replica', ({ rss }) => rss / 1e6, ' MB', 0),
    compared('size of a run in the database', ({ ledgerBytes }) => ledgerBytes, ' B', 0),
    ...ofPolls(
      'in which nothing has changed',
      ({ quiet }) => quiet,
      ({ quietCost }) => quietCost,
    ),
    ...ofPolls(
      `with ${runs} ended runs`,
      ({ busy }) => busy,
      ({ busyCost }) => busyCost,
    ),
  ];
}

/** What a replica's look at all tasks costs, once a second. */
async function looking(): Promise<Figure[]> {
  const server = await startDurable();
  try {
    const figures: Figure[] = [];
    for (const tasks of [manyTasks / 100, manyTasks]) {
      const store = storeAt(await server.createDatabase());
      await take(store, tasks);
      await untilTold();
      const began = process.cpuUsage();
      const cost = await costOf(server, async () => {
        for (let i = 0; i < looks; i++) await replicasOf(store).look({ scrapedAgoMs: null });
        await untilTold();
        return looks;
      });
      const { user, system } = process.cpuUsage(began);
      await store.close();
      figures.push(
        against(
          `a look at ${tasks.toLocaleString('en')} tasks`,
          `the database's CPU: ${cost.cpuMs.toFixed(2)} ms, ${cost.transactions.toFixed(1)} transactions`,
          `the replica's CPU: ${((user + system) / 1_000 / looks).toFixed(2)} ms`,
        ),
      );
    }
    return figures;
  } finally {
    await server.end();
  }
}

/** As a database that may lose its power. */
const startDurable = (): Promise<PostgresServer> =>
  startPostgres({ settings: { fsync: 'on', full_page_writes: 'on', shared_buffers: '256MB' } });

const nameOf = (url: string) => new URL(url).pathname.slice(1);

function storeAt(url: string): Store {
  return createPostgresStore({ url, password: null, ca: null, leaseMs: 60_000 });
}

function replicasOf({ replicas }: Store): Replicas {
  if (replicas === null) throw new Error('the store has no replicas');
  return replicas;
}

async function take(store: Store, workspaces: number): Promise<void> {
  await replicasOf(store).look({ scrapedAgoMs: null });
  const tasks = workspaceIds(workspaces).map((workspaceId) =>
    workspaceTask({ projectId: defaultProject.id, workspaceId }),
  );
  await replicasOf(store).take(tasks, workspaces);
}
