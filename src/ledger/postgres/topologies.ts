import type { LedgerState } from '../state.ts';
import type { EndedAttempt } from '../topologies.ts';
import type { Queries } from './database.ts';
import { fromText, given, type Sql, sql, toText } from './sql.ts';

type Unread = LedgerState['unread'];

/** The table `topology`: those to be read. Writes only what differs. */
export function replaceTopologies(ledger: number, before: Unread, after: Unread): Sql[] {
  if (before === after) return [];
  const removed = before.keys().filter((id) => !after.has(id));
  const changed = [...after.values()].filter((one) => before.get(one.id) !== one);
  const ids = Array.from(removed, toText);
  const statements: Sql[] = [];
  if (ids.length > 0) statements.push(sql`DELETE FROM topology WHERE ledger = ${ledger} AND id = ANY(${ids}::text[])`);
  if (changed.length > 0) statements.push(write(ledger, changed));
  return statements;
}

function write(ledger: number, attempts: readonly EndedAttempt[]): Sql {
  const rows = attempts.map(({ id, attempt, hasFailed, endedMs, sinceMs }) => ({
    id,
    attempt,
    failed: hasFailed,
    ended_ms: endedMs,
    since_ms: sinceMs,
  }));
  const types = { id: 'text', attempt: 'bigint', failed: 'boolean', ended_ms: 'bigint', since_ms: 'bigint' } as const;
  return sql`INSERT INTO topology SELECT ${ledger}::bigint, given.* FROM ${given(rows, types)}
    ON CONFLICT (ledger, id) DO UPDATE SET
      attempt = excluded.attempt, failed = excluded.failed, ended_ms = excluded.ended_ms, since_ms = excluded.since_ms`;
}

export async function readTopologies(queries: Queries, ledger: number): Promise<Unread> {
  const rows = await sql`SELECT id, attempt, failed AS "hasFailed", ended_ms AS "endedMs", since_ms AS "sinceMs"
    FROM topology WHERE ledger = ${ledger}`.run<EndedAttempt>(queries);
  return new Map(rows.map((row) => [fromText(row.id), { ...row, id: fromText(row.id) }]));
}
