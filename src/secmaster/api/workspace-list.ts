import { createRound } from './pager.ts';
import type { WorkspaceRow } from './schema.ts';
import { type ListProgress, type ListWatch, pageSize } from './secmaster.ts';

export interface WorkspacePage {
  /** SecMaster's own count of all of them; null if it gives none. */
  readonly count: number | null;
  readonly rows: readonly WorkspaceRow[];
}

/** Requests for one reading of the list, whatever SecMaster says. */
const maxRequests = 101;

/** Reads the list of workspaces page by page. */
export async function* readWorkspaces(
  readPage: (offset: number) => Promise<WorkspacePage>,
  { onPage, onEnd }: ListWatch = {},
): AsyncGenerator<readonly WorkspaceRow[]> {
  const round = createRound<WorkspacePage>({
    ids: ({ rows }) => rows.flatMap(({ id }) => id || []),
    count: ({ count }) => count,
    length: { limit: pageSize, fullRows: null },
    counts: 'unknown',
    isStrict: false,
    maxRequests,
  });
  let read: ListProgress = { pages: 0, workspaces: 0, count: null };
  const ask = async ({ offset }: { offset: number }) => {
    const page = await readPage(offset);
    const met = new Set([...round.met, ...page.rows.flatMap(({ id }) => id || [])]);
    read = { pages: read.pages + 1, workspaces: met.size, count: page.count };
    onPage?.(read);
    return page;
  };
  for (let page = await round.next(ask); page !== null; page = await round.next(ask)) yield page.rows;
  const { kind, problem } = round.end() ?? { kind: 'incomplete', problem: null };
  onEnd?.({ ...read, isComplete: kind === 'complete', problem: problem ?? (kind === 'bottom' ? tooDeep : null) });
}

const tooDeep = 'the list is longer than SecMaster pages through';
