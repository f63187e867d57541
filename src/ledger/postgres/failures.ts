import type { FailedNode, FailedRun } from '../../model/failed-run.ts';
import type { FailedAttempt } from '../change.ts';
import { maxFailures } from '../store.ts';
import { readDetails, readNodes } from '../stored-json.ts';
import type { Queries } from './database.ts';
import type { SetsOf } from './label-sets.ts';
import { fromText, given, type Sql, sql, toText } from './sql.ts';

/** The table `failure`: the latest failed attempts. */

export function failureWrites(ledger: number) {
  return {
    add(attempts: readonly FailedAttempt[]): Sql[] {
      if (attempts.length === 0) return [];
      const rows = attempts.map(({ id, attempt, failedMs }) => ({ id, attempt, failed_ms: failedMs }));
      return [
        sql`INSERT INTO failure (ledger, id, attempt, failed_ms) SELECT ${ledger}::bigint, given.*
            FROM ${given(rows, { id: 'text', attempt: 'bigint', failed_ms: 'bigint' })} ON CONFLICT DO NOTHING`,
      ];
    },
    keepLatest: (): Sql[] => [
      sql`DELETE FROM failure WHERE ledger = ${ledger} AND (id, attempt) IN
            (SELECT id, attempt FROM failure WHERE ledger = ${ledger} ORDER BY failed_ms DESC OFFSET ${maxFailures})`,
    ],
    setNodes: (id: string, attempt: number, nodes: readonly FailedNode[], moreNodes: number): Sql[] => [
      sql`UPDATE failure SET nodes = ${JSON.stringify(nodes)}, more_nodes = ${moreNodes}
          WHERE ledger = ${ledger} AND id = ${toText(id)} AND attempt = ${attempt}`,
    ],
    remove(ids: readonly string[]): Sql[] {
      if (ids.length === 0) return [];
      return [sql`DELETE FROM failure WHERE ledger = ${ledger} AND id = ANY(${ids.map(toText)}::text[])`];
    },
  };
}

export async function latestFailures(
  queries: Queries,
  ledger: number,
  setsOf: SetsOf,
  max: number,
): Promise<FailedRun[]> {
  const rows = await sql`SELECT id, attempt, label_set, status, start_time_ms, failed_ms, nodes, more_nodes, details
    FROM failure JOIN instance USING (ledger, id) WHERE ledger = ${ledger}
    ORDER BY failed_ms DESC, id LIMIT ${max}`.run<{
    id: string;
    attempt: number;
    label_set: number;
    status: string;
    start_time_ms: number | null;
    failed_ms: number;
    nodes: string | null;
    more_nodes: number;
    details: string | null;
  }>(queries);
  const sets = await setsOf(rows);
  return rows.map((row) => {
    const { playbook = '', trigger_type: triggerType = '' } = sets.labelsOf(row.label_set);
    return {
      instanceId: fromText(row.id),
      attempt: row.attempt,
      playbook,
      triggerType,
      status: fromText(row.status),
      startTimeMs: row.start_time_ms,
      failedMs: row.failed_ms,
      details: readDetails(row.details),
      nodes: row.nodes === null ? null : readNodes(row.nodes),
      ...(row.more_nodes > 0 && { moreNodes: row.more_nodes }),
    };
  });
}
