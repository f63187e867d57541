import type { WorkspaceRow } from './schema.ts';
import type { ListWatch } from './secmaster.ts';
import { readShortList, type ShortListPage, type ShortListProgress } from './short-list.ts';

export interface WorkspacePage extends ShortListPage {
  readonly rows: readonly WorkspaceRow[];
}

/** Requests for one reading of the list, whatever SecMaster says. */
const maxRequests = 101;

/** Reads the list of workspaces page by page. */
export async function* readWorkspaces(
  readPage: (offset: number, limit: number) => Promise<WorkspacePage>,
  { onPage, onEnd }: ListWatch = {},
): AsyncGenerator<readonly WorkspaceRow[]> {
  const ids = ({ rows }: WorkspacePage) => rows.flatMap(({ id }) => id || []);
  const inWorkspaces = <T extends ShortListProgress>({ met: workspaces, ...read }: T) => ({ ...read, workspaces });
  const pages = readShortList(
    { readPage, ids, maxRequests },
    { onPage: (read) => onPage?.(inWorkspaces(read)), onEnd: (end) => onEnd?.(inWorkspaces(end)) },
  );
  for await (const { rows } of pages) yield rows;
}
