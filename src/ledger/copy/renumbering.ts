import { LedgerError } from '../store.ts';
import { labelSetTable, type Row, sweepTable, type Table, type Value } from './tables.ts';

export type Renumber = (table: Table, row: Row) => Row;

/**
 * Gives label sets, and what is to be swept, numbers that no other of any ledger has, from 1 on: SQLite numbers those of all ledgers
 * together, PostgreSQL those of each ledger.
 */
export function createRenumbering(): Renumber {
  /** By ledger and number. */
  const sets = new Map<Value, Map<Value, number>>();
  let last = 0;
  let lastKey = 0;

  function numberOf(table: Table, ledger: Value, old: Value): number {
    const ofLedger = sets.get(ledger) ?? new Map<Value, number>();
    if (table === labelSetTable) {
      last += 1;
      sets.set(ledger, ofLedger.set(old, last));
    }
    const number = ofLedger.get(old);
    if (number === undefined)
      throw new LedgerError(`the source is damaged: ${table.name} refers to the label set ${old}, which is missing`, {
        isDamaged: true,
      });
    return number;
  }

  return (table, row) => {
    const columns = Object.keys(table.columns);
    const set = columns.indexOf('label_set');
    if (set >= 0) return row.with(set, numberOf(table, row[columns.indexOf('ledger')] ?? null, row[set] ?? null));
    if (table !== sweepTable) return row;
    lastKey += 1;
    return row.with(columns.indexOf('key'), lastKey);
  };
}
