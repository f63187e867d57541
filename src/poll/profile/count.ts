import { type Answer, type Asked, type Asker, isListed, isRefused, type Listed } from './asker.ts';
import type { Sort } from './begin.ts';

export interface CountFound {
  readonly value: 'exact' | 'inexact' | 'absent';
  readonly how: string;
}

/** A count may be capped there. */
const deepest = 10_000;
const maxRequests = 6;
/** So many answers must agree: by chance, half of those do that are off by one at random. */
const enough = 5;
const edgeLimit = 10;

type Judgement = 'agrees' | 'contradicts' | null;

interface Judged {
  readonly listed: Listed;
  readonly judgement: Judgement;
}

export interface Known {
  readonly sort: Sort;
  readonly page: Listed;
  readonly isOffsetHonoured: boolean;
  readonly isStatusHonoured: boolean;
  readonly isIdHonoured: boolean;
}

/** Compares the counts of all answers with their rows, and looks at the ends of lists until enough of them have told. */
export async function probeCount(asker: Asker, known: Known): Promise<CountFound | null> {
  const counted = asker.answers.filter(({ count }) => count !== null);
  if (asker.answers.length > 0 && counted.length * 2 < asker.answers.length)
    return { value: 'absent', how: 'none is told' };

  const judge = (listed: Listed) => judgementOf(listed, asker, known);
  const judged: Judged[] = asker.answers.map((listed) => ({ listed, judgement: judge(listed) }));
  const those = (wanted: Judgement) => judged.filter(({ judgement }) => judgement === wanted);
  const questions = questionsOf(asker, known);
  for (let requests = 0; requests < maxRequests; requests += 1) {
    const contradictions = those('contradicts');
    if (contradictions.length > 1) break;
    // Rows may have come between the count and the page: asked again, it must not contradict again.
    const [doubted] = contradictions;
    const isDoubted = doubted !== undefined && requests === 0;
    const agreed = those('agrees');
    const isEnough =
      agreed.length >= enough &&
      isBroad(
        agreed.map(({ listed }) => listed),
        known,
        questions.isSpent(),
      );
    if (isEnough && !isDoubted) break;
    const question = isDoubted ? doubted.listed.query : questions.next();
    if (question === null) break;
    const answer: Answer = await asker.list(question);
    if (answer === null) break;
    if (isListed(answer)) judged.push({ listed: answer, judgement: judge(answer) });
    else if (isRefused(answer)) questions.refused(question);
  }

  const agreed = those('agrees');
  const [contradicting, second] = those('contradicts');
  if (
    second === undefined &&
    agreed.length >= enough &&
    isBroad(
      agreed.map(({ listed }) => listed),
      known,
      questions.isSpent(),
    )
  )
    return { value: 'exact', how: `as many rows, ${agreed.length} times` };
  if (contradicting === undefined) return null;
  const { count, query, rows } = contradicting.listed;
  return { value: 'inexact', how: `${count} at offset ${query.offset} with ${rows.length} rows` };
}

/** Filtered and not, as far as it can be tried. */
function isBroad(agreed: readonly Listed[], known: Known, isUnfilteredSpent: boolean): boolean {
  const filtered = agreed.filter(({ query }) => isFiltered(query)).length;
  const canFilter = known.isStatusHonoured || known.isIdHonoured;
  return (!canFilter || filtered >= 2) && (filtered < agreed.length || isUnfilteredSpent);
}

const isFiltered = ({ id, status, fromMs }: Asked) => id !== undefined || status !== undefined || fromMs !== undefined;

function judgementOf({ count, query, rows }: Listed, { answers, limit }: Asker, known: Known): Judgement {
  if (count === null) return null;
  const { isOffsetHonoured } = known;
  if (rows.length === 0) {
    // An empty first page may be a page left out.
    return query.offset > 0 && isOffsetHonoured && count > query.offset ? 'contradicts' : null;
  }
  if (query.offset > 0 && !isOffsetHonoured) return count < rows.length ? 'contradicts' : null;
  const reached = query.offset + rows.length;
  if (count < reached) return 'contradicts';
  const fullPage = Math.max(...answers.filter((one) => one.query.limit === limit).map((one) => one.rows.length));
  const isLastPage = rows.length < Math.min(query.limit, fullPage);
  if (!isLastPage) return null;
  return count === reached ? 'agrees' : 'contradicts';
}

/** What to ask for: the ends of lists, the whole one first, and single rows. */
function questionsOf(asker: Asker, { sort, page, isOffsetHonoured, isStatusHonoured, isIdHonoured }: Known) {
  const statuses = isStatusHonoured ? [...new Set(asker.answers.flatMap(({ query }) => query.status ?? []))] : [];
  const lists = isOffsetHonoured ? [{}, ...statuses.map((status) => ({ status }))] : [];
  const ids = isIdHonoured ? page.rows.flatMap(({ id }) => id ?? []).slice(-maxRequests) : [];
  const refused = new Set<string | undefined>();
  let turn = 0;

  const edgeOf = (list: { readonly status?: string }): Asked | null => {
    const isSame = ({ query }: Listed) =>
      query.status === list.status && query.id === undefined && query.fromMs === undefined;
    const count = asker.answers.findLast(isSame)?.count ?? null;
    if (count === null || count < 1 || count + edgeLimit > deepest || refused.has(list.status)) return null;
    return { ...sort, ...list, offset: count - 1, limit: edgeLimit };
  };

  return {
    next(): Asked | null {
      const edges = lists.flatMap((list) => edgeOf(list) ?? []);
      const id = ids.pop();
      const edge = edges[turn % Math.max(1, edges.length)];
      turn += 1;
      // In turns, as long as there are both.
      if (edge === undefined || (id !== undefined && turn > edges.length)) {
        return id === undefined ? (edge ?? null) : { ...sort, id };
      }
      return edge;
    },
    refused: (query: Asked) => void refused.add(query.status),
    /** Whether the end of the whole list can't be asked for. */
    isSpent: () => isOffsetHonoured && edgeOf({}) === null,
  };
}
