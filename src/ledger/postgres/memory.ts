import type { SweepItem } from '../change.ts';
import { labelsText } from '../label-set.ts';
import type { LedgerState } from '../state.ts';
import { type LedgerRow, ledgerColumns, readState } from '../stored-state.ts';
import { type Touched, touchSets, untouched } from '../touched.ts';
import type { Queries } from './database.ts';
import { type LabelSets, readLabelSets } from './label-sets.ts';
import { readLabelValues } from './label-values.ts';
import { readPlaybooks } from './playbooks.ts';
import { fromText, raw, sql } from './sql.ts';
import { readSweep } from './sweep.ts';
import { readTopologies } from './topologies.ts';
import { readDataclasses, readVersions } from './versions.ts';

/** What a handle keeps of a ledger, as of one commit. */
export interface Memory {
  /** The number of that commit. */
  readonly commits: number;
  readonly changedIn: ChangedIn;
  readonly state: LedgerState;
  readonly sweep: readonly SweepItem[];
  readonly sets: LabelSets;
  readonly touched: Touched;
}

/** The parts of it that have tables of their own, so that other replicas read only those that have changed. */
export const memoryParts = [
  'playbooks',
  'values',
  'runs',
  'unread',
  'versions',
  'dataclasses',
  'sweep',
  /** Changes when some are removed. */
  'sets',
] as const;
export type MemoryPart = (typeof memoryParts)[number];

/** The commit in which each part changed last; a missing one never has. */
export type ChangedIn = Readonly<Record<string, number>>;

/** A row of the table `ledger`. */
export type MemoryRow = LedgerRow & {
  readonly commits: number;
  readonly lastLabelSet: number;
  /** JSON. */
  readonly changedIn: string;
};

export const memoryColumns = raw(
  `${ledgerColumns}, commits, last_label_set AS "lastLabelSet", changed_in AS "changedIn"`,
);

export async function readRow(queries: Queries, ledger: number): Promise<MemoryRow | null> {
  const [row] = await sql`SELECT ${memoryColumns} FROM ledger WHERE ledger = ${ledger}`.run<MemoryRow>(queries);
  return row ?? null;
}

/**
 * What the database holds now.
 *
 * @param queries see it at one instant, that of the row
 * @param before what of it is in memory already; null: nothing
 */
export async function remember(queries: Queries, row: MemoryRow, before: Memory | null): Promise<Memory> {
  const { ledger } = row;
  if (row.commits === before?.commits) return before;
  const changedIn = readChangedIn(row);
  // A database that was restored from a backup holds an earlier commit.
  const known = before !== null && before.commits < row.commits ? before : null;
  const isKnown = (part: MemoryPart) => known !== null && (changedIn[part] ?? 0) <= known.commits;
  const read = async <T>(part: MemoryPart, of: (memory: Memory) => T, from: () => Promise<T>): Promise<T> =>
    known !== null && isKnown(part) ? of(known) : from();

  const knownSets = known !== null && isKnown('sets') ? known.sets : null;
  const { sets, touched } = await readLabelSets(queries, row, knownSets, known?.commits ?? -1);
  const { commits: _, lastLabelSet: __, changedIn: ___, ...stateRow } = row;
  return {
    commits: row.commits,
    changedIn,
    state: readState(
      { ...stateRow, name: row.name === null ? null : fromText(row.name) },
      {
        playbooks: await read(
          'playbooks',
          ({ state }) => state.playbooks,
          () => readPlaybooks(queries, ledger),
        ),
        values: await read(
          'values',
          ({ state }) => state.values,
          () => readLabelValues(queries, ledger),
        ),
        versions: await read(
          'versions',
          ({ state }) => state.versions,
          () => readVersions(queries, ledger),
        ),
        dataclasses: await read(
          'dataclasses',
          ({ state }) => state.dataclasses,
          () => readDataclasses(queries, ledger),
        ),
        unread: await read(
          'unread',
          ({ state }) => state.unread,
          () => readTopologies(queries, ledger),
        ),
        runs: await read(
          'runs',
          ({ state }) => state.runs,
          () => readRuns(queries, ledger, sets),
        ),
      },
    ),
    sweep: await read(
      'sweep',
      ({ sweep }) => sweep,
      () => readSweep(queries, ledger),
    ),
    sets,
    touched: before === null ? untouched : touchSets(before.touched, touched),
  };
}

async function readRuns(queries: Queries, ledger: number, sets: LabelSets): Promise<LedgerState['runs']> {
  const rows = await sql`SELECT label_set FROM counter WHERE ledger = ${ledger} AND counter = 'started'`.run<{
    label_set: number;
  }>(queries);
  return new Map(
    rows.map(({ label_set: number }) => {
      const labels = sets.labelsOf(number);
      return [labelsText(labels), labels];
    }),
  );
}

/** What can't be read counts as changed. */
function readChangedIn({ changedIn, commits }: MemoryRow): ChangedIn {
  try {
    const numbers: unknown = JSON.parse(changedIn);
    if (typeof numbers === 'object' && numbers !== null) return numbers as ChangedIn;
  } catch {}
  return Object.fromEntries(memoryParts.map((part) => [part, commits]));
}
