import type { Snapshot } from '../../model/snapshot.ts';
import { byKey } from '../by-key.ts';
import type { HourOfStarts } from '../store.ts';
import { type CellChange, openMinute } from '../window.ts';
import type { Database } from './database.ts';
import type { LabelSets } from './label-sets.ts';

/** The tables `cell` and `gauge`; a gauge is the sum of its cells. */
export function createWindow(db: Database, ledger: number, sets: LabelSets) {
  const sum =
    'ON CONFLICT DO UPDATE SET instances = instances + excluded.instances, retries = retries + excluded.retries';

  function add(cells: readonly CellChange[]): void {
    const numbered = cells.map(({ labels, ...cell }) => ({ ...cell, set: sets.numberOf(labels) }));
    for (const { minute, set, instances, retries } of numbered) {
      db.run(`INSERT INTO cell VALUES (?, ?, ?, ?, ?) ${sum}`, ledger, minute, set, instances, retries);
      const isEmpty = 'DELETE FROM cell WHERE ledger = ? AND minute = ? AND label_set = ? AND instances = 0';
      if (instances <= 0) db.run(isEmpty, ledger, minute, set);
    }
    const gauges = byKey(
      numbered,
      ({ set }) => String(set),
      (a, b) => ({ ...a, instances: a.instances + b.instances, retries: a.retries + b.retries }),
    );
    for (const { set, instances, retries } of gauges) {
      db.run(`INSERT INTO gauge VALUES (?, ?, ?, ?) ${sum}`, ledger, set, instances, retries);
      if (instances <= 0) db.run('DELETE FROM gauge WHERE ledger = ? AND label_set = ? AND instances = 0', ledger, set);
    }
  }

  return {
    sums(): Snapshot['window'] {
      const sql = 'SELECT label_set, instances, retries FROM gauge WHERE ledger = ?';
      return db
        .all<{ label_set: number; instances: number; retries: number }>(sql, ledger)
        .map(({ label_set: set, instances, retries }) => ({ labels: sets.labelsOf(set), instances, retries }));
    },
    endedByMinute(status: string | null, fromMinute: number, toMinute: number): Map<number, number> {
      const rows = db.all<{ minute: number; n: number }>(
        `SELECT minute, sum(instances) AS n FROM cell JOIN label_set USING (ledger, label_set)
         WHERE ledger = ? AND minute >= ? AND minute < ? AND status = coalesce(?, status) GROUP BY minute`,
        ledger,
        Math.max(fromMinute, openMinute + 1),
        toMinute,
        status,
      );
      return new Map(rows.map(({ minute, n }) => [minute, n]));
    },
    startsIn(hour: number): HourOfStarts[] {
      const rows = db.all<{ label_set: number; instances: number }>(
        `SELECT label_set, sum(instances) AS instances FROM cell
         WHERE ledger = ? AND minute >= ? AND minute < ? GROUP BY label_set`,
        ledger,
        Math.max(hour * 60, openMinute + 1),
        (hour + 1) * 60,
      );
      return rows.map(({ label_set: set, instances }) => ({ hour, labels: sets.labelsOf(set), instances }));
    },
    add,
    /** Removes the minutes before `fromMinute` from the window. */
    expire(fromMinute: number): void {
      // openMinute is negative.
      const before = 'ledger = ? AND minute >= 0 AND minute < ?';
      db.run(
        `INSERT INTO gauge SELECT ledger, label_set, -sum(instances), -sum(retries) FROM cell WHERE ${before} GROUP BY label_set
         ON CONFLICT DO UPDATE SET instances = instances + excluded.instances, retries = retries + excluded.retries`,
        ledger,
        fromMinute,
      );
      db.run(`DELETE FROM cell WHERE ${before}`, ledger, fromMinute);
      db.run('DELETE FROM gauge WHERE ledger = ? AND instances = 0', ledger);
    },
    rebuild(cells: readonly CellChange[]): void {
      for (const table of ['cell', 'gauge']) db.run(`DELETE FROM ${table} WHERE ledger = ?`, ledger);
      add(cells);
    },
  };
}
