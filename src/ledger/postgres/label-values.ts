import { byKey } from '../by-key.ts';
import { type LabelValue, type ValueLabel, valueKey } from '../label-values.ts';
import type { LedgerState } from '../state.ts';
import type { Queries } from './database.ts';
import { fromText, given, type Sql, sql } from './sql.ts';

/** The table `label_value`: which values of a label have series of their own. */

export function labelValueWrites(ledger: number) {
  return {
    write(values: readonly LabelValue[]): Sql[] {
      if (values.length === 0) return [];
      const rows = byKey(
        values.map(({ label, value, isOwn, seenMs }) => ({ label, value, own: isOwn, seen_ms: seenMs })),
        ({ label, value }) => valueKey(label, value),
        (a, b) => ({ ...b, seen_ms: Math.max(a.seen_ms, b.seen_ms) }),
      );
      return [
        sql`INSERT INTO label_value SELECT ${ledger}::bigint, given.*
            FROM ${given(rows, { label: 'text', value: 'text', own: 'boolean', seen_ms: 'bigint' })}
            ON CONFLICT (ledger, label, value)
            DO UPDATE SET own = excluded.own, seen_ms = greatest(label_value.seen_ms, excluded.seen_ms)`,
      ];
    },
    remove(values: readonly { readonly label: ValueLabel; readonly value: string }[]): Sql[] {
      if (values.length === 0) return [];
      const rows = values.map(({ label, value }) => ({ label, value }));
      return [
        sql`DELETE FROM label_value USING ${given(rows, { label: 'text', value: 'text' })}
            WHERE label_value.ledger = ${ledger} AND label_value.label = given.label AND label_value.value = given.value`,
      ];
    },
  };
}

export async function readLabelValues(queries: Queries, ledger: number): Promise<LedgerState['values']> {
  const rows = await sql`SELECT label, value, own AS "isOwn", seen_ms AS "seenMs" FROM label_value
    WHERE ledger = ${ledger}`.run<LabelValue>(queries);
  return new Map(
    rows.map((row) => {
      const one = { ...row, value: fromText(row.value) };
      return [valueKey(one.label, one.value), one];
    }),
  );
}
