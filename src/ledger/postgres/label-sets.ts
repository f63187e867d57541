import type { Labels } from '../../model/snapshot.ts';
import { compareLabels, labelsText } from '../label-set.ts';
import type { InOrder } from '../snapshot.ts';
import { LedgerError } from '../store.ts';
import { readLabels } from '../stored-json.ts';
import type { Queries } from './database.ts';
import { list, raw, type Sql, sql } from './sql.ts';

/**
 * The table `label_set` of one ledger, in memory: all other tables refer to a label set by its number. Numbers are given by who commits,
 * and none is given twice, so what is in memory may lack some but never mistakes one for another.
 */
export class LabelSets {
  readonly #byText: ReadonlyMap<string, number>;
  readonly #byNumber: ReadonlyMap<number, Labels>;
  /** The last number that was given. */
  readonly last: number;
  /** Positions in the order of the labels; null: to be computed. */
  #ranks: Map<Labels, number> | null = null;

  constructor(byText: ReadonlyMap<string, number>, byNumber: ReadonlyMap<number, Labels>, last: number) {
    this.#byText = byText;
    this.#byNumber = byNumber;
    this.last = last;
  }

  /** null: it has never been written. */
  find(labels: Labels): number | null {
    return this.#byText.get(labelsText(labels)) ?? null;
  }

  has(number: number): boolean {
    return this.#byNumber.has(number);
  }

  labelsOf(number: number): Labels {
    const labels = this.#byNumber.get(number);
    if (labels === undefined) {
      const message = `the ledger is damaged: label set ${number} is missing; restore it from a backup`;
      throw new LedgerError(message, { isDamaged: true });
    }
    return labels;
  }

  numbersWhere(isMeant: (labels: Labels) => boolean): number[] {
    return [...this.#byNumber].flatMap(([number, labels]) => (isMeant(labels) ? [number] : []));
  }

  with(added: readonly NumberedSet[]): LabelSets {
    if (added.length === 0) return this;
    return new LabelSets(
      new Map([...this.#byText, ...added.map(([number, labels]) => [labelsText(labels), number] as const)]),
      new Map([...this.#byNumber, ...added]),
      added.reduce((last, [number]) => Math.max(last, number), this.last),
    );
  }

  readonly inOrder: InOrder = (rows) => {
    this.#ranks ??= new Map([...this.#byNumber.values()].sort(compareLabels).map((labels, rank) => [labels, rank]));
    const ranks = this.#ranks;
    return rows.toSorted((a, b) => {
      const [rankA, rankB] = [ranks.get(a.labels), ranks.get(b.labels)];
      return rankA === undefined || rankB === undefined ? compareLabels(a.labels, b.labels) : rankA - rankB;
    });
  };
}

type NumberedSet = readonly [number: number, labels: Labels];

/** The label sets of one commit: those that there are, and those that it adds. */
export class NewLabelSets {
  readonly #known: LabelSets;
  readonly #added = new Map<string, NumberedSet>();

  constructor(known: LabelSets) {
    this.#known = known;
  }

  numberOf(labels: Labels): number {
    const number = this.#known.find(labels);
    if (number !== null) return number;
    const text = labelsText(labels);
    const added: NumberedSet = this.#added.get(text) ?? [this.#known.last + this.#added.size + 1, labels];
    this.#added.set(text, added);
    return added[0];
  }

  /** As rows. */
  get added() {
    return Array.from(this.#added, ([labels, [number]]) => ({ label_set: number, labels }));
  }

  /** Once they have been committed. */
  all(): LabelSets {
    return this.#known.with([...this.#added.values()]);
  }
}

interface LabelSetRow {
  readonly label_set: number;
  /** JSON. */
  readonly labels: string;
}

const setOf = ({ label_set: number, labels }: LabelSetRow): NumberedSet => [number, readLabels(labels)];

/**
 * The label sets as they are now, and those in which an instance has changed since a commit.
 *
 * @param known those in memory; null: none that is still valid
 */
export async function readLabelSets(
  queries: Queries,
  { ledger, lastLabelSet }: { readonly ledger: number; readonly lastLabelSet: number },
  known: LabelSets | null,
  sinceCommit: number,
): Promise<{ readonly sets: LabelSets; readonly touched: readonly Labels[] }> {
  const isWanted =
    known === null ? sql`true` : sql`(label_set > ${known.last}::bigint OR touched_in > ${sinceCommit}::bigint)`;
  const rows =
    await sql`SELECT label_set, labels, touched_in FROM label_set WHERE ledger = ${ledger} AND ${isWanted}`.run<
      LabelSetRow & { readonly touched_in: number }
    >(queries);
  const before = known ?? new LabelSets(new Map(), new Map(), lastLabelSet);
  return {
    sets: before.with(rows.filter((row) => !before.has(row.label_set)).map(setOf)),
    touched: rows.filter((row) => row.touched_in > sinceCommit).map((row) => setOf(row)[1]),
  };
}

/** The label sets in memory, with those of these rows. */
export type SetsOf = (rows: readonly Pick<LabelSetRow, 'label_set'>[]) => Promise<LabelSets>;

/** @param inMemory they lack what another replica has added since */
export function setsIn(queries: Queries, ledger: number, inMemory: () => LabelSets): SetsOf {
  return async (rows) => {
    const sets = inMemory();
    const missing = new Set(rows.flatMap(({ label_set: number }) => (sets.has(number) ? [] : [number])));
    if (missing.size === 0) return sets;
    const added = await sql`SELECT label_set, labels FROM label_set
      WHERE ledger = ${ledger} AND label_set = ANY(${[...missing]}::bigint[])`.run<LabelSetRow>(queries);
    return sets.with(added.map(setOf));
  };
}

/** The tables that refer to label sets, but for cells: a gauge is their sum. */
const users = ['instance', 'counter', 'duration', 'gauge', 'mark'];

/** Removes the sets of series that are gone. */
export function removeUnusedSets(ledger: number): Sql {
  const isUnused = users.map((name) => {
    const table = raw(name);
    return sql`NOT EXISTS (SELECT FROM ${table} WHERE ${table}.ledger = label_set.ledger AND ${table}.label_set = label_set.label_set)`;
  });
  return sql`DELETE FROM label_set WHERE ledger = ${ledger} AND ${list(isUnused, ' AND ')}`;
}
