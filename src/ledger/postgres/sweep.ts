import type { SweepItem } from '../change.ts';
import { inSweepOrder } from '../sweep.ts';
import type { Queries } from './database.ts';
import { fromText, given, type Sql, sql } from './sql.ts';

/** The table `sweep`: what is still to be swept. Writes only what differs. */
export function replaceSweep(ledger: number, before: readonly SweepItem[], after: readonly SweepItem[]): Sql[] {
  if (before === after) return [];
  const [known, kept] = [new Set(before), new Set(after.map(({ key }) => key))];
  const removed = before.flatMap(({ key }) => (kept.has(key) ? [] : [key]));
  const changed = after.filter((item) => !known.has(item));
  const statements: Sql[] = [];
  if (removed.length > 0)
    statements.push(sql`DELETE FROM sweep WHERE ledger = ${ledger} AND key = ANY(${removed}::bigint[])`);
  if (changed.length > 0) statements.push(write(ledger, changed));
  return statements;
}

function write(ledger: number, items: readonly SweepItem[]): Sql {
  const rows = items.map((item) => ({
    key: item.key,
    from_ms: item.fromMs,
    to_ms: item.toMs,
    status: item.status,
    trigger_type: item.triggerType,
    oldest_first: item.oldestFirst,
    purpose: item.purpose,
    tried_ms: item.triedMs,
  }));
  const types = {
    key: 'bigint',
    from_ms: 'bigint',
    to_ms: 'bigint',
    status: 'text',
    trigger_type: 'text',
    oldest_first: 'boolean',
    purpose: 'text',
    tried_ms: 'bigint',
  } as const;
  return sql`INSERT INTO sweep SELECT ${ledger}::bigint, given.* FROM ${given(rows, types)}
    ON CONFLICT (ledger, key) DO UPDATE SET purpose = excluded.purpose, tried_ms = excluded.tried_ms`;
}

export async function readSweep(queries: Queries, ledger: number): Promise<readonly SweepItem[]> {
  const rows = await sql`SELECT key, from_ms AS "fromMs", to_ms AS "toMs", status, trigger_type AS "triggerType",
      oldest_first AS "oldestFirst", purpose, tried_ms AS "triedMs"
    FROM sweep WHERE ledger = ${ledger}`.run<SweepItem>(queries);
  const textOrNull = (text: string | null) => (text === null ? null : fromText(text));
  return inSweepOrder(
    rows.map((row) => ({ ...row, status: textOrNull(row.status), triggerType: textOrNull(row.triggerType) })),
  );
}
