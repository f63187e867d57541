import { type Answer, type Asker, howRefused, isListed, isRefused, type Listed, limits } from './asker.ts';

export const byUpdate = { sortKey: 'update_time', sortDir: 'DESC' } as const;
export const byCreate = { sortKey: 'create_time', sortDir: 'DESC' } as const;
export type Sort = typeof byUpdate | typeof byCreate | Record<string, never>;

/** The first pages of the list, in the orders that can be asked for. */
export interface Beginning {
  readonly byUpdate: Answer;
  readonly byCreate: Answer;
  /** The one of them that has rows, or one that was asked for in no order. */
  readonly page: Listed;
  /** How it was asked for. */
  readonly sort: Sort;
}

/**
 * Lists the newest rows and finds out which limit is not refused. In eight requests at the most, usually in two. Throws what the
 * first one was refused with if the plainest one is refused too.
 */
export async function begin(asker: Asker): Promise<Beginning> {
  const first = await both(asker);
  if (isListed(first.byUpdate) || isListed(first.byCreate)) return chosen(first, null);

  const ten = await asker.list({ limit: 10 });
  const plain = isListed(ten) ? ten : await asker.list({ limit: 1 });
  if (!isListed(plain)) throw isRefused(first.byUpdate) ? first.byUpdate.refused : new Error('no request is left');
  let unsorted = plain;
  let why = '';
  for (const limit of limits.filter((one) => one > plain.query.limit && one <= asker.limit)) {
    const answer = await asker.list({ limit });
    if (isListed(answer)) {
      unsorted = answer;
      break;
    }
    if (isRefused(answer)) why = `limit ${limit} ${howRefused(answer.refused)}`;
  }
  const { limit } = unsorted.query;
  if (limit === asker.limit) return chosen(first, unsorted);
  asker.lowerLimit(limit, why);
  return chosen(await both(asker), unsorted);
}

type Both = Pick<Beginning, 'byUpdate' | 'byCreate'>;

async function both(asker: Asker): Promise<Both> {
  const updated = await asker.list(byUpdate);
  const created = await asker.list(byCreate);
  const isLeftOut = isListed(updated) && updated.rows.length === 0 && isListed(created) && created.rows.length > 0;
  return { byUpdate: isLeftOut ? await asker.list(byUpdate) : updated, byCreate: created };
}

function chosen(pages: Both, unsorted: Listed | null): Beginning {
  const listed: (readonly [Listed, Sort])[] = [];
  if (isListed(pages.byUpdate)) listed.push([pages.byUpdate, byUpdate]);
  if (isListed(pages.byCreate)) listed.push([pages.byCreate, byCreate]);
  if (unsorted !== null) listed.push([unsorted, {}]);
  const [page, sort] = listed.find(([{ rows }]) => rows.length > 0) ?? listed[0] ?? [];
  if (page === undefined || sort === undefined) throw new Error('neither sorted nor unsorted');
  return { ...pages, page, sort };
}
