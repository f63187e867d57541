import { type Ledger, LedgerError, type Store, type WorkspaceId } from '../store.ts';
import { type LedgerRow, ledgerColumns } from '../stored-state.ts';
import { Database, type DatabaseOptions } from './database.ts';
import { openSqliteLedger } from './ledger.ts';
import { mendNumbers } from './numbers.ts';

export interface SqliteOptions extends DatabaseOptions {
  /** Called with the columns whose numbers were out of bounds and begin anew. */
  readonly onMended?: (columns: readonly string[]) => void;
}

/**
 * The embedded store: one SQLite file for all workspaces.
 *
 * @param path a file, created with its folder if missing; ':memory:' keeps nothing
 * @throws {LedgerError}
 */
export function createSqliteStore(path: string, { onMended, ...options }: SqliteOptions = {}): Store {
  const db = new Database(path, options);
  try {
    const mended = mendNumbers(db);
    if (mended.length > 0) onMended?.(mended);
  } catch (error) {
    db.close();
    throw error;
  }

  return {
    open: async (workspace) => openLedger(db, workspace),
    async create(workspace, nowMs, fromMinute) {
      const { projectId, workspaceId } = workspace;
      db.transaction(() => {
        const sql = 'INSERT INTO ledger (project_id, workspace_id, created_at_ms, from_minute) VALUES (?, ?, ?, ?)';
        db.run(sql, projectId, workspaceId, nowMs, fromMinute);
      });
      const ledger = openLedger(db, workspace);
      if (ledger === null)
        throw new LedgerError('the new ledger has disappeared; check what else writes to state.path');
      return ledger;
    },
    replicas: null,
    close: async () => db.close(),
  };
}

/** null: the workspace has none. */
export function openLedger(db: Database, { projectId, workspaceId }: WorkspaceId): Ledger | null {
  const [row] = db.all<LedgerRow>(
    `SELECT ${ledgerColumns} FROM ledger WHERE project_id = ? AND workspace_id = ?`,
    projectId,
    workspaceId,
  );
  return row === undefined ? null : openSqliteLedger(db, row);
}
