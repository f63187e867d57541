import type { LabelValue, ValueLabel } from '../label-values.ts';
import type { Database } from './database.ts';

/** The table `label_value`: which values of a label have series of their own. */
export function createLabelValues(db: Database, ledger: number) {
  return {
    all(): LabelValue[] {
      const sql = 'SELECT label, value, own, seen_ms AS seenMs FROM label_value WHERE ledger = ?';
      return db
        .all<Omit<LabelValue, 'isOwn'> & { own: number }>(sql, ledger)
        .map(({ own, ...one }) => ({ ...one, isOwn: own === 1 }));
    },
    write({ label, value, isOwn, seenMs }: LabelValue): void {
      db.run(
        `INSERT INTO label_value VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET own = excluded.own, seen_ms = max(seen_ms, excluded.seen_ms)`,
        ledger,
        label,
        value,
        Number(isOwn),
        seenMs,
      );
    },
    remove(label: ValueLabel, value: string): void {
      db.run('DELETE FROM label_value WHERE ledger = ? AND label = ? AND value = ?', ledger, label, value);
    },
  };
}
