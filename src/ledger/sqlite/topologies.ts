import type { EndedAttempt } from '../topologies.ts';
import type { Database } from './database.ts';

type Unread = ReadonlyMap<string, EndedAttempt>;

/** The table `topology`: those to be read. */
export function createTopologies(db: Database, ledger: number) {
  return {
    unread(): Unread {
      const sql = `SELECT id, attempt, failed AS hasFailed, ended_ms AS endedMs, since_ms AS sinceMs
                   FROM topology WHERE ledger = ?`;
      const rows = db.all<Omit<EndedAttempt, 'hasFailed'> & { hasFailed: number }>(sql, ledger);
      return new Map(rows.map((row) => [row.id, { ...row, hasFailed: row.hasFailed === 1 }]));
    },
    /** Writes only what differs. */
    replace(before: Unread, after: Unread): void {
      if (before === after) return;
      for (const id of before.keys())
        if (!after.has(id)) db.run('DELETE FROM topology WHERE ledger = ? AND id = ?', ledger, id);
      for (const one of after.values()) {
        const { id, attempt, hasFailed, endedMs, sinceMs } = one;
        if (before.get(id) === one) continue;
        const sql = 'INSERT OR REPLACE INTO topology VALUES (?, ?, ?, ?, ?, ?)';
        db.run(sql, ledger, id, attempt, Number(hasFailed), endedMs, sinceMs);
      }
    },
  };
}
