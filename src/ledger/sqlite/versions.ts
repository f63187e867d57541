import type { PlaybookDataclass, Version, VersionChanges } from '../versions.ts';
import type { Database } from './database.ts';

/** The tables `workflow_version` and `playbook_dataclass`. */
export function createVersions(db: Database, ledger: number) {
  function remove({ playbook, workflowId, version }: Version): void {
    const sql = 'DELETE FROM workflow_version WHERE ledger = ? AND playbook = ? AND workflow_id = ? AND version = ?';
    db.run(sql, ledger, playbook, workflowId, version);
  }

  return {
    all(): Version[] {
      return db.all<Version>(
        `SELECT playbook, workflow_id AS workflowId, version, workflow, first_start_ms AS firstStartMs,
                last_start_ms AS lastStartMs, seen_ms AS seenMs
         FROM workflow_version WHERE ledger = ?`,
        ledger,
      );
    },
    dataclasses(): PlaybookDataclass[] {
      const sql = 'SELECT playbook, dataclass, start_ms AS startMs FROM playbook_dataclass WHERE ledger = ?';
      return db.all<PlaybookDataclass>(sql, ledger);
    },
    change({ versions, dropped, dataclasses }: VersionChanges): void {
      for (const one of dropped) remove(one);
      for (const one of versions) {
        db.run(
          'INSERT OR REPLACE INTO workflow_version VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
          ledger,
          one.playbook,
          one.workflowId,
          one.version,
          one.workflow,
          one.firstStartMs,
          one.lastStartMs,
          one.seenMs,
        );
      }
      for (const { playbook, dataclass, startMs } of dataclasses) {
        db.run('INSERT OR REPLACE INTO playbook_dataclass VALUES (?, ?, ?, ?)', ledger, playbook, dataclass, startMs);
      }
    },
    remove,
    removeDataclass(playbook: string): void {
      db.run('DELETE FROM playbook_dataclass WHERE ledger = ? AND playbook = ?', ledger, playbook);
    },
  };
}
