import { byKey } from '../by-key.ts';
import { type MetPlaybook, playbookKey } from '../met-playbook.ts';
import type { LedgerState } from '../state.ts';
import type { Queries } from './database.ts';
import { fromText, given, type Sql, sql } from './sql.ts';

/** The table `playbook`: every name that a playbook has had. */

const keyOf = ({ playbookId, name }: Pick<MetPlaybook, 'playbookId' | 'name'>) => playbookKey(playbookId, name);

export function playbookWrites(ledger: number) {
  return {
    write(playbooks: readonly MetPlaybook[]): Sql[] {
      if (playbooks.length === 0) return [];
      const rows = byKey(playbooks, keyOf, (a, b) => ({ ...b, seenMs: Math.max(a.seenMs, b.seenMs) })).map((one) => ({
        playbook_id: one.playbookId,
        name: one.name,
        label: one.label,
        seen_ms: one.seenMs,
        begun_ms: one.begunMs,
        met_ms: one.metMs,
      }));
      const types = {
        playbook_id: 'text',
        name: 'text',
        label: 'text',
        seen_ms: 'bigint',
        begun_ms: 'bigint',
        met_ms: 'bigint',
      } as const;
      return [
        sql`INSERT INTO playbook SELECT ${ledger}::bigint, given.* FROM ${given(rows, types)}
            ON CONFLICT (ledger, playbook_id, name)
            DO UPDATE SET label = excluded.label, seen_ms = greatest(playbook.seen_ms, excluded.seen_ms),
              begun_ms = excluded.begun_ms, met_ms = excluded.met_ms`,
      ];
    },
    remove(playbooks: readonly { readonly playbookId: string; readonly name: string }[]): Sql[] {
      if (playbooks.length === 0) return [];
      const rows = playbooks.map(({ playbookId, name }) => ({ playbook_id: playbookId, name }));
      return [
        sql`DELETE FROM playbook USING ${given(rows, { playbook_id: 'text', name: 'text' })}
            WHERE playbook.ledger = ${ledger} AND playbook.playbook_id = given.playbook_id AND playbook.name = given.name`,
      ];
    },
  };
}

export async function readPlaybooks(queries: Queries, ledger: number): Promise<LedgerState['playbooks']> {
  const rows = await sql`SELECT playbook_id AS "playbookId", name, label, seen_ms AS "seenMs", begun_ms AS "begunMs",
      met_ms AS "metMs" FROM playbook WHERE ledger = ${ledger}`.run<MetPlaybook>(queries);
  return new Map(
    rows.map((row) => {
      const { playbookId, name, label } = row;
      const one = { ...row, playbookId: fromText(playbookId), name: fromText(name), label: fromText(label) };
      return [keyOf(one), one];
    }),
  );
}
