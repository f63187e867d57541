import type { SweepItem } from '../change.ts';
import { labelsText } from '../label-set.ts';
import type { LedgerState } from '../state.ts';
import type { WorkspaceId } from '../store.ts';
import { type LedgerRow, ledgerColumns, readState } from '../stored-state.ts';
import { type Touched, touchSets, untouched } from '../touched.ts';
import type { Queries } from './database.ts';
import { type LabelSets, readLabelSets } from './label-sets.ts';
import { readLabelValues } from './label-values.ts';
import { readPlaybooks } from './playbooks.ts';
import { fromText, raw, sql, toText } from './sql.ts';
import { readSweep } from './sweep.ts';
import { readTopologies } from './topologies.ts';
import { readDataclasses, readVersions } from './versions.ts';

/** What a handle keeps of a ledger, as of one commit. */
export interface Memory {
  /** The number of that commit. */
  readonly commit: number;
  /** Those before it, the latest first. */
  readonly earlier: readonly number[];
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
  readonly commit: number;
  readonly earlier: readonly number[];
  readonly lastLabelSet: number;
  /** JSON. */
  readonly changedIn: string;
};

const memoryColumns = raw(
  `${ledgerColumns}, commit, earlier, last_label_set AS "lastLabelSet", changed_in AS "changedIn"`,
);

export async function readRow(
  queries: Queries,
  { projectId, workspaceId }: WorkspaceId,
): Promise<MemoryRow | undefined> {
  const [row] = await sql`SELECT ${memoryColumns} FROM ledger
    WHERE project_id = ${toText(projectId)} AND workspace_id = ${toText(workspaceId)}`.run<MemoryRow>(queries);
  return row;
}

type Position = Pick<Memory, 'commit' | 'earlier'>;

/** The numbers of commits differ by at most this much, by chance. */
const maxStep = 2 ** 24;
/** More than are made between two looks at a ledger, mostly. */
const maxEarlier = 20;

/** The next commit has a number that no other has that was built upon the same one, such as one that a failover has lost. */
export function nextCommit({ commit, earlier }: Position): Position {
  return { commit: firstCommit() + commit, earlier: [commit, ...earlier].slice(0, maxEarlier) };
}

export const firstCommit = () => 1 + Math.floor(Math.random() * maxStep);

/**
 * What the database holds now.
 *
 * @param queries see it at one instant, that of the row
 * @param before what of it is in memory already; null: nothing
 */
export async function remember(queries: Queries, row: MemoryRow, before: Memory | null): Promise<Memory> {
  const { ledger } = row;
  if (row.commit === before?.commit) return before;
  const changedIn = readChangedIn(row);
  // Otherwise the database was restored from a backup, or has lost commits, or there were very many.
  const known = before !== null && row.earlier.includes(before.commit) ? before : null;
  const isKnown = (part: MemoryPart) => known !== null && (changedIn[part] ?? 0) <= known.commit;
  const read = async <T>(part: MemoryPart, of: (memory: Memory) => T, from: () => Promise<T>): Promise<T> =>
    known !== null && isKnown(part) ? of(known) : from();

  const knownSets = known !== null && isKnown('sets') ? known.sets : null;
  const { sets, touched } = await readLabelSets(queries, row, knownSets, known?.commit ?? -1);
  const { commit, earlier, lastLabelSet: _, changedIn: __, ...stateRow } = row;
  return {
    commit,
    earlier,
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
function readChangedIn({ changedIn, commit }: MemoryRow): ChangedIn {
  try {
    const numbers: unknown = JSON.parse(changedIn);
    if (typeof numbers === 'object' && numbers !== null) return numbers as ChangedIn;
  } catch {}
  return Object.fromEntries(memoryParts.map((part) => [part, commit]));
}
