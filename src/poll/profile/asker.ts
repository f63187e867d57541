import type { ListQuery, Page } from '../../secmaster/api/secmaster.ts';
import { SecMasterError } from '../../secmaster/http/errors.ts';

/** Asks for lists, so many times at the most, and remembers the answers. */
export interface Asker {
  /** The limit of a query that has none of its own. A body that is too large lowers it. */
  readonly limit: number;
  /** Why it is not a larger one. */
  readonly whyLimit: string | null;
  /** In the order in which they came. */
  readonly answers: readonly Listed[];
  /** Lists that may not be tried are refused; every other error is thrown. */
  list(query: Asked): Promise<Answer>;
  lowerLimit(limit: number, why: string): void;
}

export type Asked = Partial<ListQuery>;

export interface Listed {
  readonly query: ListQuery & { readonly limit: number };
  readonly count: number | null;
  /** Every row of the page; what could not be understood comes last. */
  readonly rows: readonly SeenRow[];
}

export interface SeenRow {
  readonly id: string | null;
  /** '' where the row could not be understood. */
  readonly status: string;
  readonly startTimeMs: number | null;
  readonly endTimeMs: number | null;
  readonly retryCount: number;
}

export interface Refused {
  readonly refused: SecMasterError;
}

/** null: no request is left. */
export type Answer = Listed | Refused | null;

export function isListed(answer: Answer): answer is Listed {
  return answer !== null && 'rows' in answer;
}

export function isRefused(answer: Answer): answer is Refused {
  return answer !== null && 'refused' in answer;
}

/** Those that are asked for, one after the other. The last one is for rows of megabytes. */
export const limits = [100, 50, 10, 1] as const;

/** Unknown workspace or project (docs/secmaster-api.md#secmasters-codes): whatever is asked, it is refused. */
const hopeless = /(^|\D)(20010001|20011003|20030002)$/;

export function createAsker(ask: (query: ListQuery) => Promise<Page>, maxRequests: number): Asker {
  const answers: Listed[] = [];
  let left = maxRequests;
  let limit: number = limits[0];
  let whyLimit: string | null = null;
  const lowerLimit = (lower: number, why: string) => {
    if (lower >= limit) return;
    limit = lower;
    whyLimit = why;
  };

  async function list(asked: Asked): Promise<Answer> {
    if (left === 0) return null;
    left -= 1;
    const query = { offset: 0, limit, ...asked };
    try {
      const listed = { query, ...read(await ask(query)) };
      answers.push(listed);
      return listed;
    } catch (error) {
      if (!(error instanceof SecMasterError)) throw error;
      if (error.kind === 'bad_request' && !hopeless.test(error.code ?? '')) return { refused: error };
      const lower = limits.find((one) => one < query.limit);
      if (error.kind !== 'body_too_large' || lower === undefined) throw error;
      lowerLimit(lower, `the body of ${query.limit} is too large`);
      return list({ ...asked, limit: lower });
    }
  }

  return {
    get limit() {
      return limit;
    },
    get whyLimit() {
      return whyLimit;
    },
    answers,
    list,
    lowerLimit,
  };
}

/** The same asker, for so many requests at the most. */
export function atMost(maxRequests: number, asker: Asker): Pick<Asker, 'list'> {
  let left = maxRequests;
  return {
    list: async (query) => {
      if (left === 0) return null;
      left -= 1;
      return asker.list(query);
    },
  };
}

/** Such as `refused: 400 20030009`. */
export function howRefused({ httpStatus, code }: SecMasterError): string {
  return ['refused:', httpStatus, code].filter((part) => part !== null).join(' ');
}

function read({ count, instances, filteredOut, rejected }: Page): Pick<Listed, 'count' | 'rows'> {
  const rows: SeenRow[] = [];
  for (let i = 0; i <= instances.length; i += 1) {
    for (const row of filteredOut) if (row.after === i) rows.push({ ...row, startTimeMs: null });
    const instance = instances[i];
    if (instance !== undefined) rows.push(instance);
  }
  for (const { id } of rejected) rows.push({ id, status: '', startTimeMs: null, endTimeMs: null, retryCount: 0 });
  return { count, rows };
}
