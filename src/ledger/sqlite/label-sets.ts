import type { Labels } from '../../model/snapshot.ts';
import { compareLabels, labelsText } from '../label-set.ts';
import { LedgerError } from '../store.ts';
import { readLabels } from '../stored-json.ts';
import type { Database } from './database.ts';

/** The table `label_set` of one ledger. All other tables refer to a label set by its number. */
export interface LabelSets {
  /** Inserts a new label set. */
  numberOf(labels: Labels): number;
  /** null: it has never been written. */
  find(labels: Labels): number | null;
  labelsOf(number: number): Labels;
  /** The rows in the order of their labels. */
  inOrder<Row extends { readonly labels: Labels }>(rows: readonly Row[]): readonly Row[];
  /** Removes the sets of series that are gone. */
  removeUnused(): void;
  /** Drops what is in memory, after a transaction that was rolled back. */
  reset(): void;
}

/** The tables that refer to label sets. */
const users = ['instance', 'counter', 'duration', 'cell', 'gauge', 'mark'];

interface Known {
  readonly byText: Map<string, number>;
  readonly byNumber: Map<number, Labels>;
  /** Positions in the order of the labels; null: to be computed. */
  ranks: Map<Labels, number> | null;
}

export function createLabelSets(db: Database, ledger: number): LabelSets {
  let loaded: Known | null = null;

  function known(): Known {
    if (loaded !== null) return loaded;
    loaded = { byText: new Map(), byNumber: new Map(), ranks: null };
    const sql = 'SELECT label_set AS number, labels AS text FROM label_set WHERE ledger = ?';
    for (const { number, text } of db.all<{ number: number; text: string }>(sql, ledger)) keep(loaded, number, text);
    return loaded;
  }

  function keep(into: Known, number: number, text: string): void {
    into.byText.set(text, number);
    into.byNumber.set(number, readLabels(text));
    into.ranks = null;
  }

  function ranksOf(sets: Known): Map<Labels, number> {
    sets.ranks ??= new Map([...sets.byNumber.values()].sort(compareLabels).map((labels, rank) => [labels, rank]));
    return sets.ranks;
  }

  return {
    find: (labels) => known().byText.get(labelsText(labels)) ?? null,
    numberOf(labels) {
      const sets = known();
      const text = labelsText(labels);
      const number = sets.byText.get(text);
      if (number !== undefined) return number;
      const added = db.run('INSERT INTO label_set (ledger, labels) VALUES (?, ?)', ledger, text);
      keep(sets, added, text);
      return added;
    },
    labelsOf(number) {
      const labels = known().byNumber.get(number);
      if (labels === undefined) {
        const message = `the ledger is damaged: label set ${number} is missing; restore it from a backup`;
        throw new LedgerError(message, { isDamaged: true });
      }
      return labels;
    },
    inOrder(rows) {
      const ranks = ranksOf(known());
      return rows.toSorted((a, b) => {
        const [rankA, rankB] = [ranks.get(a.labels), ranks.get(b.labels)];
        return rankA === undefined || rankB === undefined ? compareLabels(a.labels, b.labels) : rankA - rankB;
      });
    },
    removeUnused() {
      const used = users.map((table) => `SELECT label_set FROM ${table} WHERE ledger = ?`).join(' UNION ');
      const sql = `DELETE FROM label_set WHERE ledger = ? AND label_set NOT IN (${used})`;
      db.run(sql, ledger, ...users.map(() => ledger));
      loaded = null;
    },
    reset() {
      loaded = null;
    },
  };
}
