import type { FailedNode, FailedRun } from '../../model/failed-run.ts';
import type { FailedAttempt } from '../change.ts';
import { maxFailures } from '../store.ts';
import { readDetails, readNodes } from '../stored-json.ts';
import type { Database } from './database.ts';
import type { LabelSets } from './label-sets.ts';
import { lengthen, type ShortText, shorten } from './short-texts.ts';

/** The table `failure`: the latest failed attempts. */
export function createFailures(db: Database, ledger: number, sets: LabelSets) {
  return {
    latest(max: number): FailedRun[] {
      const rows = db.all<
        Omit<FailedRun, 'instanceId' | 'status' | 'nodes' | 'playbook' | 'triggerType' | 'moreNodes' | 'details'> & {
          id: ShortText;
          status: ShortText;
          label_set: number;
          details: string | null;
          nodes: string | null;
          more_nodes: number;
        }
      >(
        `SELECT id, attempt, label_set, status, start_time_ms AS startTimeMs, failed_ms AS failedMs, nodes,
                more_nodes, details
         FROM failure JOIN instance USING (ledger, id) WHERE ledger = ? ORDER BY failed_ms DESC, id LIMIT ?`,
        ledger,
        max,
      );
      return rows.map(({ id, status, label_set: set, details, nodes, more_nodes: moreNodes, ...run }) => {
        const { playbook = '', trigger_type: triggerType = '' } = sets.labelsOf(set);
        return {
          ...run,
          instanceId: lengthen(id),
          status: lengthen(status),
          playbook,
          triggerType,
          details: readDetails(details),
          nodes: nodes === null ? null : readNodes(nodes),
          ...(moreNodes > 0 && { moreNodes }),
        };
      });
    },
    add({ id, attempt, failedMs }: FailedAttempt): void {
      const sql = 'INSERT INTO failure (ledger, id, attempt, failed_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING';
      db.run(sql, ledger, shorten(id), attempt, failedMs);
    },
    keepLatest(): void {
      db.run(
        `DELETE FROM failure WHERE ledger = ? AND (id, attempt) IN
           (SELECT id, attempt FROM failure WHERE ledger = ? ORDER BY failed_ms DESC LIMIT -1 OFFSET ?)`,
        ledger,
        ledger,
        maxFailures,
      );
    },
    setNodes(id: string, attempt: number, nodes: readonly FailedNode[], moreNodes: number): void {
      const sql = 'UPDATE failure SET nodes = ?, more_nodes = ? WHERE ledger = ? AND id = ? AND attempt = ?';
      db.run(sql, JSON.stringify(nodes), moreNodes, ledger, shorten(id), attempt);
    },
    remove(id: string): void {
      db.run('DELETE FROM failure WHERE ledger = ? AND id = ?', ledger, shorten(id));
    },
  };
}
