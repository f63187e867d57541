import { type Ledger, LedgerError, type Store, type WorkspaceId } from '../store.ts';
import type { Database, Queries } from './database.ts';
import { type Fence, openPostgresLedger } from './ledger.ts';
import { firstCommit, readRow, remember } from './memory.ts';
import { sql, toText } from './sql.ts';

/** The ledgers of a database. Only the holder of a workspace's lease may create its ledger, or commit to it. */
export function createPostgresLedgers(
  db: Database,
  fenceOf: (workspace: WorkspaceId) => Fence,
): Pick<Store, 'open' | 'create'> {
  async function open(workspace: WorkspaceId): Promise<Ledger | null> {
    return db.reading(async (queries: Queries) => {
      const row = await readRow(queries, workspace);
      if (row === undefined) return null;
      return openPostgresLedger(db, workspace, row.ledger, await remember(queries, row, null), fenceOf(workspace));
    });
  }

  return {
    open,
    async create(workspace, nowMs, fromMinute) {
      const { projectId, workspaceId } = workspace;
      await db.transaction(async (queries) => {
        await fenceOf(workspace).check(queries);
        const created = await sql`INSERT INTO ledger (project_id, workspace_id, created_at_ms, from_minute, commit)
          VALUES (${toText(projectId)}, ${toText(workspaceId)}, ${nowMs}, ${fromMinute}, ${firstCommit()})
          ON CONFLICT DO NOTHING RETURNING ledger`.run(queries);
        if (created.length === 0)
          throw new LedgerError('another exporter has just created this ledger; the next poll continues with it');
      });
      const ledger = await open(workspace);
      if (ledger === null)
        throw new LedgerError('the new ledger has disappeared; check what else writes to this database');
      return ledger;
    },
  };
}
