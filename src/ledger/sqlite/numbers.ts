import { maxRetryCount } from '../../model/instance.ts';
import { maxNumber } from '../bounds.ts';
import { moves } from '../window.ts';
import type { Database } from './database.ts';
import { damagedLedger } from './errors.ts';
import { createInstances } from './instances.ts';
import { createLabelSets } from './label-sets.ts';
import { createWindow } from './window.ts';

/**
 * Looks through the numbers of a ledger when it is opened: one that JavaScript can't hold would fail every poll for good. An earlier
 * exporter took any retry_count from SecMaster, so counts and their sums may be out of bounds. These begin anew, as if SecMaster had
 * not said so much; Prometheus knows counters that do so.
 *
 * @returns the columns that were mended
 * @throws {LedgerError} if another number is out of bounds
 */
export function mendNumbers(db: Database): readonly string[] {
  const tables = db.all<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
  );
  const wrong = tables.flatMap(({ name }) => outOfBounds(db, name));
  const others = wrong.filter((column) => !(column in counts));
  if (others.length > 0) throw damagedLedger(db.path, `a number in it is out of bounds (${others.join(', ')})`);
  if (wrong.length === 0) return [];
  db.transaction(() => {
    for (const column of wrong) db.run(counts[column]?.mend ?? '');
    if (wrong.some((column) => /^(instance|cell|gauge)\./.test(column))) rebuildWindows(db);
  });
  return wrong;
}

interface Count {
  readonly max: number;
  /** SQL. */
  readonly mend: string;
}

/** What is never below 0, and how it begins anew. */
const counts: Readonly<Record<string, Count>> = {
  'instance.retry_count': fromZero('instance', 'retry_count', maxRetryCount),
  'instance.counted_retries': fromZero('instance', 'counted_retries', maxRetryCount),
  'instance.counted_started': fromZero('instance', 'counted_started', 1),
  'instance.last_end_retry_count': fromZero('instance', 'last_end_retry_count', maxRetryCount),
  'counter.value': fromZero('counter', 'value'),
  // Windows are rebuilt from the instances.
  'cell.instances': fromZero('cell', 'instances'),
  'cell.retries': fromZero('cell', 'retries'),
  'gauge.instances': fromZero('gauge', 'instances'),
  'gauge.retries': fromZero('gauge', 'retries'),
  'duration.count': withoutBuckets('count'),
  'duration.sum_seconds': withoutBuckets('sum_seconds'),
  'duration.exemplar_seconds': withoutBuckets('exemplar_seconds'),
  'failure.more_nodes': fromZero('failure', 'more_nodes'),
  'ledger.topologies_read': fromZero('ledger', 'topologies_read'),
  'ledger.topologies_skipped': fromZero('ledger', 'topologies_skipped'),
  'ledger.topologies_failed': fromZero('ledger', 'topologies_failed'),
  'ledger.instances': {
    max: maxNumber,
    mend: 'UPDATE ledger SET instances = (SELECT count(*) FROM instance WHERE instance.ledger = ledger.ledger)',
  },
};

function fromZero(table: string, column: string, max = maxNumber): Count {
  return { max, mend: `UPDATE ${table} SET ${column} = 0 WHERE ${column} NOT BETWEEN 0 AND ${max}` };
}

/** A bucket's count and sum belong together. */
function withoutBuckets(column: string, max = maxNumber): Count {
  return { max, mend: `DELETE FROM duration WHERE ${column} NOT BETWEEN 0 AND ${max}` };
}

/** The columns with such a number; SQLite compares, for JavaScript may not be able to hold it. */
function outOfBounds(db: Database, table: string): string[] {
  const columns = db
    .all<{ name: string; type: string }>('SELECT name, type FROM pragma_table_info(?)', table)
    // A bucket's bound may be infinite.
    .filter(({ name, type }) => (type === 'INTEGER' || type === 'REAL') && name !== 'le')
    .map(({ name }) => name);
  if (columns.length === 0) return [];
  const checks = columns.map((name) => `max(${name} NOT BETWEEN ${boundsOf(table, name)}) AS ${name}`);
  const [found = {}] = db.all<Record<string, number | null>>(`SELECT ${checks.join(', ')} FROM ${table}`);
  return columns.filter((name) => found[name] === 1).map((name) => `${table}.${name}`);
}

function boundsOf(table: string, name: string): string {
  const count = counts[`${table}.${name}`];
  if (count !== undefined) return `0 AND ${count.max}`;
  const max = name.endsWith('minute') ? maxNumber / 60_000 : maxNumber;
  return `${-max} AND ${max}`;
}

function rebuildWindows(db: Database): void {
  const ledgers = db.all<{ ledger: number; fromMinute: number }>(
    'SELECT ledger, from_minute AS fromMinute FROM ledger',
  );
  for (const { ledger, fromMinute } of ledgers) {
    const sets = createLabelSets(db, ledger);
    const entries = createInstances(db, ledger, sets).since(fromMinute * 60_000);
    createWindow(db, ledger, sets).rebuild(entries.flatMap((entry) => moves(null, entry, fromMinute)));
  }
}
