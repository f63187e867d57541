import { join } from 'node:path';
import { startPostgres } from '../support/postgres.ts';
import { against, atMost, type Extent, type Figure, inMs } from './figure.ts';
import type { LedgerProcess } from './ledger-process.ts';
import { start, temporaryFolder } from './processes.ts';
import { median } from './statistics.ts';

/** Statements, BEGIN and COMMIT included, that a page may wait for. */
const maxRoundTrips = 12;
const polls = 10;

type Measured = Awaited<ReturnType<LedgerProcess['poll']>>;

/** The ledger in PostgreSQL on this machine against that in SQLite: only the ledger, without SecMaster and rendering. */
export async function measureStores({ sweepInstances, rounds, execArgv }: Extent): Promise<Figure[]> {
  // Both wait for the disk at each commit.
  const server = await startPostgres({ settings: { fsync: 'on', full_page_writes: 'on' } });
  const history = { instances: sweepInstances, playbooks: 30, nowMs: Date.now() };
  const swept: Record<'SQLite' | 'PostgreSQL', Measured[]> = { SQLite: [], PostgreSQL: [] };
  const polled: typeof swept = { SQLite: [], PostgreSQL: [] };
  try {
    for (let round = 0; round < Math.ceil(rounds / 2); round++) {
      using folder = temporaryFolder();
      const places = { SQLite: join(folder.path, 'secmaster.db'), PostgreSQL: await server.createDatabase() };
      for (const name of ['SQLite', 'PostgreSQL'] as const) {
        await using ledger = start<LedgerProcess>('test/bench/ledger-process.ts', [places[name]], { execArgv });
        await ledger.call('prepare', history);
        swept[name].push(await ledger.call('sweep', undefined));
        await ledger.call('exposeAll', undefined);
        for (let poll = 0; poll < polls; poll++) polled[name].push(await ledger.call('poll', poll));
      }
    }
  } finally {
    await server.end();
  }

  const pages = Math.ceil(sweepInstances / 100);
  const of = (all: typeof swept, what: string): Figure[] =>
    (['cpuMs', 'wallMs'] as const).map((key) => {
      const [floor, measured] = [all.SQLite, all.PostgreSQL].map((some) => median(some.map((one) => one[key])));
      return against(
        `${key === 'cpuMs' ? 'CPU of the exporter' : 'wall time'}, ledger alone, ${what}: PostgreSQL against SQLite`,
        inMs(floor ?? Number.NaN),
        inMs(measured ?? Number.NaN),
        (measured ?? Number.NaN) / (floor ?? Number.NaN),
      );
    });
  const trips = median(swept.PostgreSQL.map(({ roundTrips }) => roundTrips)) / pages;
  return [
    ...of(swept, `first sweep of ${sweepInstances.toLocaleString('en')}`),
    ...of(polled, 'poll with 100 changes and its snapshot'),
    {
      ...atMost('round trips to PostgreSQL for each page of a sweep', 'none', trips.toFixed(1), trips, maxRoundTrips),
      ratio: null,
    },
  ];
}
