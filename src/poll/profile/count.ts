import { type Asked, type Asker, isRefused, type Listed } from './asker.ts';
import { createQuestions, type Known } from './count-questions.ts';

export interface CountFound {
  readonly value: 'exact' | 'inexact' | 'absent';
  readonly how: string;
}

const maxQuestions = 8;
/** So many answers must agree: of a count that is off by one at random, half of them do. */
const enough = 6;
/** If one did not. */
const enoughInDoubt = 10;

/** Compares the counts of all answers with their rows, and looks at the ends of lists until enough of them have told. */
export async function probeCount(asker: Asker, known: Known): Promise<CountFound | null> {
  const counted = asker.answers.filter(({ count }) => count !== null);
  if (counted.length * 2 < asker.answers.length) return { value: 'absent', how: 'none is told' };

  // A row may have come between the count and the page: asked again, the answer must not contradict again.
  const [doubted] = tallyOf(asker, known).contradicting;
  if (doubted !== undefined) await asker.list(doubted.query);
  const questions = createQuestions(asker, known);
  const isProven = () => {
    const { agreeing, contradicting } = tallyOf(asker, known);
    return (
      agreeing.length >= (contradicting.length === 0 ? enough : enoughInDoubt) &&
      isBroad(agreeing, known, questions.canAskForAll())
    );
  };
  for (let asked = 0; asked < maxQuestions && !isProven(); asked += 1) {
    if (tallyOf(asker, known).contradicting.length > 1) break;
    const question = questions.next();
    const answer = question === null ? null : await asker.list(question);
    if (question === null || answer === null) break;
    if (isRefused(answer)) questions.refused(question);
  }

  const { agreeing, contradicting } = tallyOf(asker, known);
  const [first] = contradicting;
  if (contradicting.length < 2 && isProven()) return { value: 'exact', how: `as many rows, ${agreeing.length} times` };
  if (first === undefined) return null;
  return { value: 'inexact', how: `${first.count} told, ${first.query.offset + first.rows.length} met` };
}

/** Filtered and not, as far as either can be tried. */
function isBroad(agreeing: readonly Listed[], known: Known, canAskForAll: boolean): boolean {
  const filtered = agreeing.filter(({ query }) => isFiltered(query)).length;
  const canFilter = known.isStatusHonoured || known.isIdHonoured || known.spans.length > 0;
  return (!canFilter || filtered >= 2) && (!canAskForAll || filtered < agreeing.length);
}

const isFiltered = ({ id, status, fromMs }: Asked) => id !== undefined || status !== undefined || fromMs !== undefined;

interface Tally {
  readonly agreeing: readonly Listed[];
  readonly contradicting: readonly Listed[];
}

function tallyOf({ answers, limit }: Asker, { isOffsetHonoured }: Known): Tally {
  const fullPage = Math.max(0, ...answers.filter(({ query }) => query.limit === limit).map(({ rows }) => rows.length));
  const judged = answers.map((listed) => ({ listed, judgement: judgementOf(listed, fullPage, isOffsetHonoured) }));
  const those = (wanted: Judgement) =>
    judged.filter(({ judgement }) => judgement === wanted).map(({ listed }) => listed);
  return { agreeing: those('agrees'), contradicting: those('contradicts') };
}

type Judgement = 'agrees' | 'contradicts' | null;

function judgementOf({ count, query, rows }: Listed, fullPage: number, isOffsetHonoured: boolean): Judgement {
  if (count === null) return null;
  if (query.offset > 0 && !isOffsetHonoured) return count < rows.length ? 'contradicts' : null;
  // An empty first page may be one that was left out.
  if (rows.length === 0) return query.offset > 0 && count > query.offset ? 'contradicts' : null;
  const reached = query.offset + rows.length;
  const isLastPage = rows.length < Math.min(query.limit, fullPage);
  if (count === reached) return isLastPage ? 'agrees' : null;
  return count < reached || isLastPage ? 'contradicts' : null;
}
