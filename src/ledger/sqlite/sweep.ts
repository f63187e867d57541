import type { SweepItem, SweepOutcome, SweepPart } from '../change.ts';
import { joinSweep } from '../sweep.ts';
import type { Database } from './database.ts';

/** The table `sweep`: what is still to be swept. */
export function createSweep(db: Database, ledger: number) {
  function items(): SweepItem[] {
    const rows = db.all<Omit<SweepItem, 'oldestFirst'> & { oldestFirst: number }>(
      `SELECT key, from_ms AS fromMs, to_ms AS toMs, status, trigger_type AS triggerType, oldest_first AS oldestFirst,
              purpose, tried_ms AS triedMs
       FROM sweep WHERE ledger = ? ORDER BY purpose = 'history', purpose = 'audit', key`,
      ledger,
    );
    return rows.map((row) => ({ ...row, oldestFirst: row.oldestFirst === 1 }));
  }

  function add(parts: readonly SweepPart[]): void {
    for (const part of parts) {
      const joining = joinSweep(items(), part);
      if (joining === 'new') insert(part);
      else if (joining !== 'known') db.run("UPDATE sweep SET purpose = 'gap' WHERE key = ?", joining.makeGap);
    }
  }

  function insert({ fromMs, toMs, status, triggerType, oldestFirst, purpose }: SweepPart): void {
    db.run(
      `INSERT INTO sweep (ledger, from_ms, to_ms, status, trigger_type, oldest_first, purpose)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ledger,
      fromMs,
      toMs,
      status,
      triggerType,
      Number(oldestFirst),
      purpose,
    );
  }

  return {
    items,
    add,
    conclude(key: number, outcome: SweepOutcome): void {
      const { kind } = outcome;
      if (kind === 'all_done') db.run('DELETE FROM sweep WHERE ledger = ?', ledger);
      if (kind === 'done' || kind === 'instead' || kind === 'given_up') db.run('DELETE FROM sweep WHERE key = ?', key);
      if (kind === 'tried') db.run('UPDATE sweep SET tried_ms = ? WHERE key = ?', outcome.atMs, key);
      if (kind === 'instead' || kind === 'tried' || kind === 'given_up') add(outcome.items);
    },
  };
}
