import type { SweepItem, SweepOutcome, SweepPart } from '../change.ts';
import type { Database } from './database.ts';

/** The table `sweep`: what is still to be swept, in the order of its keys. */
export function createSweep(db: Database, ledger: number) {
  function add({ fromMs, toMs, status }: SweepPart): void {
    db.run('INSERT INTO sweep (ledger, from_ms, to_ms, status) VALUES (?, ?, ?, ?)', ledger, fromMs, toMs, status);
  }

  return {
    items(): SweepItem[] {
      const sql =
        'SELECT key, from_ms AS fromMs, to_ms AS toMs, status, tried_ms AS triedMs FROM sweep WHERE ledger = ? ORDER BY key';
      return db.all<SweepItem>(sql, ledger);
    },
    add,
    conclude(key: number, outcome: SweepOutcome): void {
      if (outcome.kind === 'more') return;
      if (outcome.kind === 'tried') {
        db.run('UPDATE sweep SET tried_ms = ? WHERE key = ?', outcome.atMs, key);
        return;
      }
      db.run('DELETE FROM sweep WHERE key = ?', key);
      if (outcome.kind === 'instead') for (const item of outcome.items) add(item);
    },
  };
}
