import { createRound, type Place } from './pager.ts';
import { pageSize } from './secmaster.ts';

/** Lists that are read as a whole, such as those of workspaces and of playbooks. */

export interface ShortListPage {
  /** SecMaster's own count of all rows; null if it gives none. */
  readonly count: number | null;
}

export interface ShortList<P extends ShortListPage> {
  readonly readPage: (offset: number, limit: number) => Promise<P>;
  /** What tells the rows of a page apart. */
  readonly ids: (page: P) => readonly string[];
  /** Requests for one reading, whatever SecMaster says. */
  readonly maxRequests: number;
}

export interface ShortListProgress {
  readonly pages: number;
  /** Rows so far, each once. */
  readonly met: number;
  readonly count: number | null;
}

export interface ShortListEnd extends ShortListProgress {
  /** Whether there can't be rows that were not met. */
  readonly isComplete: boolean;
  /** What was unexpected. */
  readonly problem: string | null;
}

export interface ShortListWatch {
  readonly onPage?: (read: ShortListProgress) => void;
  readonly onEnd?: (end: ShortListEnd) => void;
}

/** Reads a list page by page. */
export async function* readShortList<P extends ShortListPage>(
  { readPage, ids, maxRequests }: ShortList<P>,
  { onPage, onEnd }: ShortListWatch = {},
): AsyncGenerator<P> {
  const round = createRound<P>({
    ids,
    count: ({ count }) => count,
    length: { limit: pageSize, fullRows: null },
    counts: 'unknown',
    isStrict: false,
    maxRequests,
  });
  let read: ShortListProgress = { pages: 0, met: 0, count: null };
  const ask = async ({ offset, limit }: Place) => {
    const page = await readPage(offset, limit);
    const met = new Set([...round.met, ...ids(page)]);
    read = { pages: read.pages + 1, met: met.size, count: page.count };
    onPage?.(read);
    return page;
  };
  for (let page = await round.next(ask); page !== null; page = await round.next(ask)) yield page;
  const { kind, problem } = round.end() ?? { kind: 'incomplete', problem: null };
  onEnd?.({ ...read, isComplete: kind === 'complete', problem: problem ?? (kind === 'bottom' ? tooDeep : null) });
}

const tooDeep = 'the list is longer than SecMaster pages through';
