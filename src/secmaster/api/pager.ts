import { SecMasterError } from '../http/errors.ts';
import { maxOffset } from './secmaster.ts';

/**
 * The one loop over pages, for every list (docs/secmaster-api.md#paging). Nothing about pages is documented but offset and limit: a page
 * may be shorter than its limit, empty though more follows, or always the same; a deep offset may be refused; a body may be too large.
 * So a round reads on until an answer has no id that is new to it, and says how it ended.
 */

export interface Place {
  readonly offset: number;
  readonly limit: number;
}

export type Ask<P> = (place: Place) => Promise<P>;

/** How a round ended. */
export interface RoundEnd {
  /** Everything was listed; SecMaster pages no deeper; or something is missing. */
  readonly kind: 'complete' | 'bottom' | 'incomplete';
  /** What was unexpected, as a clause that names SecMaster's behaviour; null: nothing. */
  readonly problem: string | null;
}

/** What is known of a page's length; a round adds what it learns. */
export interface PageLength {
  /** How many rows to ask for. */
  limit: number;
  /** Rows of the longest page with that limit; null: unknown, so a short page may be a full one. */
  fullRows: number | null;
}

export interface RoundOptions<P> {
  /** The rows' ids in order, each unreadable one replaced by something unique. */
  readonly ids: (page: P) => readonly string[];
  /** SecMaster's own count. */
  readonly count: (page: P) => number | null;
  readonly length: PageLength;
  /** Whether the count is known to be right, known to be wrong, or neither. */
  readonly counts: 'exact' | 'unknown' | 'inexact';
  /**
   * Whether the end must prove itself: by an empty page, and by two short ones there that are empty too. Otherwise a page shorter than
   * the longest one is the end.
   */
  readonly isStrict: boolean;
  readonly maxRequests: number;
}

/** One reading of a list, in steps. */
export interface Round<P> {
  /** The next page; null once the round has ended. `ask` may be another one at each step. */
  next(ask: Ask<P>): Promise<P | null>;
  end(): RoundEnd | null;
  /** Ids so far. */
  readonly met: ReadonlySet<string>;
  /** Rows so far, without those that new ones pushed from one page to the next. */
  rows(): number;
  /** Rows came twice in a way that shows another order than before: others may be missing. */
  isDisordered(): boolean;
  /** Rows may have been lost between the last two pages. */
  mayHaveSlipped(): boolean;
  /** SecMaster's count has fallen during the round: rows that left the list may have hidden others. */
  hasShrunk(): boolean;
  offset(): number;
}

/** Requests for one page, however many of its places are empty or too large. */
export const maxStepRequests = 40;

/** A page of fewer rows than this isn't a full one: nobody pages by so few, and a short list is often read. */
const fewestOfFull = 50;

/** A limit below this is for one large row. */
const fewRows = 10;

const tooLarge = 'a row is larger than a response may be';
const frozen = 'the list does not advance: a page has nothing new';
const early = 'an empty page before the end';
const otherPlace = 'offset does not count rows';

export function createRound<P>(options: RoundOptions<P>): Round<P> {
  const { count, length, isStrict, maxRequests } = options;
  let { counts } = options;
  // A row that comes twice on one page takes the place of another one, or none: the next page begins where none is left out.
  const ids = (page: P) => [...new Set(options.ids(page))];
  const met = new Set<string>();
  let firstIds: readonly string[] = [];
  let lastIds: readonly string[] = [];
  let lastCount: number | null = null;
  let leastCount = Number.POSITIVE_INFINITY;
  let offset = 0;
  let { limit } = length;
  let rows = 0;
  let requests = 0;
  /** Requests before the current step. */
  let begunAt = 0;
  let disordered = false;
  let slipped = false;
  let shrunk = false;
  /** Whether the last page could have been longer. */
  let wasShort = false;
  /** Whether the limit was lowered for the next page, because a body was too large. */
  let isLowered = false;
  let problem: string | null = null;
  let end: RoundEnd | null = null;

  function ended(kind: RoundEnd['kind'], why: string | null = null): null {
    const reason = problem ?? why;
    end = { kind: kind === 'complete' && problem !== null ? 'incomplete' : kind, problem: reason };
    return null;
  }

  const isSpent = () => requests >= maxRequests || requests - begunAt >= maxStepRequests;
  const tooMany = () =>
    requests >= maxRequests ? `the list is longer than ${maxRequests} requests` : 'no page can be read';

  /** A page; null: it is refused. */
  async function answer(ask: Ask<P>, place: Place): Promise<P | null> {
    requests++;
    return await ask(place).catch((error: unknown) => {
      const isRefused = error instanceof SecMasterError && error.kind === 'bad_request' && place.offset > 0;
      if (isRefused) return null;
      throw error;
    });
  }

  /** A page that is not too large: with fewer rows, and at last without the row that is too large by itself. `none`: there is none. */
  async function fittingAnswer(ask: Ask<P>): Promise<P | null | 'none'> {
    for (;;) {
      if (isSpent()) return 'none';
      try {
        return await answer(ask, { offset, limit });
      } catch (error) {
        if (!(error instanceof SecMasterError) || error.kind !== 'body_too_large') throw error;
        if (limit === 1) {
          problem = tooLarge;
          offset++;
        } else limit = Math.max(1, Math.floor(limit / 2));
        isLowered = true;
      }
    }
  }

  function take(page: P): void {
    const pageIds = ids(page);
    // Shorter pages are asked for from now on, unless a few rows alone are so large.
    if (isLowered && limit >= fewRows) Object.assign(length, { limit, fullRows: null });
    isLowered = false;
    const again = pageIds.filter((id) => met.has(id)).length;
    const isPushed = again > 0 && lastIds.slice(-again).join() === pageIds.slice(0, again).join();
    const isShrunk = counts === 'exact' && lastCount !== null && (count(page) ?? lastCount) < lastCount;
    shrunk ||= isShrunk;
    disordered ||= again > 0 && !isPushed;
    slipped = isPushed || isShrunk;
    rows += pageIds.length - (isPushed ? again : 0);
    for (const id of pageIds) met.add(id);
    if (firstIds.length === 0) firstIds = pageIds;
    lastIds = pageIds;
    lastCount = count(page);
    leastCount = Math.min(leastCount, lastCount ?? leastCount);
    if (limit === length.limit && pageIds.length > (length.fullRows ?? 1)) length.fullRows = pageIds.length;
    wasShort = length.fullRows !== null && pageIds.length < Math.min(limit, length.fullRows);
    offset += pageIds.length;
    limit = Math.min(2 * limit, length.limit);
  }

  /** Whether there are fewer by SecMaster's count than the list has shown up to here: the count is wrong, or rows have left. */
  const isMiscounted = (page: P) => counts !== 'inexact' && (count(page) ?? offset) < offset;

  /** Whether all are met that were there all the time: what comes during the round need not be. */
  const isCounted = (page: P) => met.size >= Math.min(leastCount, count(page) ?? Number.POSITIVE_INFINITY);

  /** null: the list goes on. */
  function endAfter(page: P): RoundEnd['kind'] | null {
    // A full page that is all there is by its count may also be one whose rows alone are counted.
    if (counts === 'exact' && count(page) !== null) return isCounted(page) && !isFull(page) ? 'complete' : null;
    const isShort = length.fullRows !== null && limit === length.limit && ids(page).length < length.fullRows;
    return !isStrict && isShort && !contradicts(page) ? 'complete' : null;
  }

  const isFull = (page: P) => ids(page).length >= Math.max(fewestOfFull, length.fullRows ?? length.limit);

  const contradicts = (page: P) => counts !== 'inexact' && count(page) !== null && !isCounted(page);

  /** Whether a page that comes again and again is the whole list: its rows are as many as are counted, or SecMaster's pages can be longer. */
  function isAllOfFrozen(page: P): boolean {
    const rowsOfPage = ids(page).length;
    if (length.fullRows !== null && rowsOfPage < length.fullRows) return true;
    return isCounted(page) && (counts === 'exact' || (counts === 'unknown' && !isStrict && rowsOfPage < limit));
  }

  /** After an empty page: whether the list is known to end there. */
  async function isAtEnd(ask: Ask<P>, page: P): Promise<boolean> {
    const isOdd = isMiscounted(page);
    if (!isStrict) return !isOdd && !contradicts(page);
    if (!isOdd && counts === 'exact' && count(page) !== null) return isCounted(page) || disordered;
    const isEmpty = async (place: Place) => {
      const answered = await answer(ask, place);
      return answered === null || ids(answered).length === 0;
    };
    // A shorter page may show what this one doesn't, or the place after it.
    return (limit === 1 || (await isEmpty({ offset, limit: 1 }))) && (await isEmpty({ offset: offset + 1, limit: 1 }));
  }

  let isPlaceTried = false;

  /** Whether the second row is where it is expected whatever the limit is: an offset in pages can't be told from one in rows by one limit. */
  async function countsRows(ask: Ask<P>): Promise<boolean> {
    if (isPlaceTried || firstIds.length < 2 * fewRows) return true;
    isPlaceTried = true;
    const tried = await answer(ask, { offset: 1, limit: fewRows });
    const [row] = tried === null ? [] : ids(tried);
    // New ones may have pushed it down.
    return row === undefined || firstIds.indexOf(row) < fewRows / 2;
  }

  async function afterEmpty(ask: Ask<P>, page: P): Promise<P | null> {
    if (await isAtEnd(ask, page)) return ended('complete');
    const second = await answer(ask, { offset, limit });
    if (second !== null && ids(second).length > 0) return second;
    if (!isStrict) return ended('incomplete', early);
    if (!(await countsRows(ask))) return ended('bottom', otherPlace);
    // Perhaps shorter pages show what this one doesn't.
    if (limit > 1) limit = Math.max(1, Math.floor(limit / 2));
    else {
      problem = early;
      offset++;
    }
    return await read(ask);
  }

  async function read(ask: Ask<P>): Promise<P | null> {
    if (isSpent()) return ended('incomplete', tooMany());
    if (offset > maxOffset) return ended('bottom');
    const page = await fittingAnswer(ask);
    if (page === 'none') return ended('incomplete', tooMany());
    // A page that could have been longer was the last one, whether the next place is refused or not.
    if (page === null) return ended(wasShort ? 'complete' : 'bottom');
    return ids(page).length > 0 ? page : await afterEmpty(ask, page);
  }

  return {
    async next(ask) {
      if (end !== null) return null;
      begunAt = requests;
      const page = await read(ask);
      if (page === null) return null;
      const before = met.size;
      take(page);
      if (met.size === before) {
        ended(isAllOfFrozen(page) ? 'complete' : 'bottom', frozen);
        return page;
      }
      if (isMiscounted(page)) counts = 'inexact';
      const kind = endAfter(page);
      if (kind !== null) ended(kind);
      return page;
    },
    end: () => end,
    met,
    rows: () => rows,
    isDisordered: () => disordered,
    mayHaveSlipped: () => slipped,
    hasShrunk: () => shrunk,
    offset: () => offset,
  };
}
