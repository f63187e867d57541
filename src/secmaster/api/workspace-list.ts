import type { WorkspaceRow } from './schema.ts';
import { type ListProgress, type ListWatch, maxOffset, pageSize } from './secmaster.ts';

export interface WorkspacePage {
  /** SecMaster's own count of all of them; null if it gives none. */
  readonly count: number | null;
  readonly rows: readonly WorkspaceRow[];
}

/** Requests for one reading of the list, whatever SecMaster says. */
const maxPages = maxOffset / pageSize + 1;

/**
 * Reads the list of workspaces page by page. A server may return fewer rows than the limit, so only a page without an id that is new
 * is the end. An empty page that the count contradicts is requested once more.
 */
export async function* readWorkspaces(
  readPage: (offset: number) => Promise<WorkspacePage>,
  { onPage, onEnd }: ListWatch = {},
): AsyncGenerator<readonly WorkspaceRow[]> {
  const met = new Set<string>();
  /** Rows without an id can't be told apart. */
  let withoutId = 0;
  let offset = 0;
  let isSecondTry = false;
  let read: ListProgress = { pages: 0, workspaces: 0, count: null };
  const end = (isComplete: boolean, problem: string | null) => onEnd?.({ ...read, isComplete, problem });

  while (read.pages < maxPages && offset <= maxOffset) {
    const { count, rows } = await readPage(offset);
    const before = met.size;
    for (const { id } of rows) if (id) met.add(id);
    read = { pages: read.pages + 1, workspaces: met.size, count };
    onPage?.(read);
    if (rows.length === 0) {
      if (count === null || met.size + withoutId >= count) return end(true, null);
      if (isSecondTry) return end(false, 'an empty page before the end');
      isSecondTry = true;
      continue;
    }
    if (met.size === before) {
      const isComplete = count === null ? rows.length < pageSize : met.size + withoutId >= count;
      return end(isComplete, 'the list does not advance: a page has nothing new');
    }
    withoutId += rows.filter(({ id }) => !id).length;
    isSecondTry = false;
    yield rows;
    offset += rows.length;
  }
  end(false, `more than ${maxPages} pages`);
}
