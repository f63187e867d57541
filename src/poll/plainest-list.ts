import type { ListQuery, Page, SecMaster } from '../secmaster/api/secmaster.ts';
import { SecMasterError } from '../secmaster/http/errors.ts';

/** The fastest first, the one that the documentation takes for granted last. */
const queries: readonly ListQuery[] = [
  { sortKey: 'update_time', sortDir: 'DESC', offset: 0, limit: 1 },
  { sortKey: 'create_time', sortDir: 'DESC', offset: 0, limit: 1 },
  { offset: 0, limit: 1 },
  { offset: 0, limit: 10 },
];

/** Refusals that no other query helps: unknown workspace or project (docs/secmaster-api.md#secmasters-codes). */
const finalCodes: ReadonlySet<string | undefined> = new Set(['20010001', '20011003', '20030002']);

export interface PlainestList {
  /** The first one that SecMaster doesn't refuse. */
  readonly query: ListQuery;
  readonly page: Page;
}

/**
 * A list for the sake of any answer, whatever SecMaster makes of parameters.
 *
 * @throws {SecMasterError} the first refusal if all queries are refused
 */
export async function plainestList(
  { listInstances }: Pick<SecMaster, 'listInstances'>,
  workspaceId: string,
  signal: AbortSignal,
): Promise<PlainestList> {
  let refusal: SecMasterError | null = null;
  for (const query of queries) {
    try {
      return { query, page: await listInstances(workspaceId, query, signal) };
    } catch (error) {
      if (!(error instanceof SecMasterError) || error.kind !== 'bad_request') throw error;
      refusal ??= error;
      if (finalCodes.has(error.code?.split('.').at(-1))) break;
    }
  }
  throw refusal;
}
