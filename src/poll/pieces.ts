import { isPruned, type RowVerdict } from '../ledger/page.ts';
import type { Instance } from '../model/instance.ts';
import { commitSoFar, type Fold, foldAgainst, knownOf } from './session.ts';

/** Instances with news that are folded and committed at once, while scrapes wait. */
export const maxNews = 25;

/**
 * Folds rows, and commits pieces of them so that no commit takes long. What is left, and is to be committed by the caller, is the last
 * piece.
 */
export const foldInPieces: Fold = async (session, instances) => {
  const before = await knownOf(session, instances);
  const { prunedBeforeMs } = session.ledger.state;
  const isNews = (instance: Instance) => {
    const known = before.get(instance.id);
    return known === undefined ? !isPruned(instance, prunedBeforeMs) : known.status !== instance.status;
  };
  const rows: RowVerdict[] = [];
  const unknown = new Set<string>();
  let known = before;
  let left = instances;
  for (;;) {
    const piece = firstPiece(left, isNews);
    left = left.slice(piece.length);
    const folded = foldAgainst(session, piece, known);
    rows.push(...folded.rows);
    for (const id of folded.unknown) unknown.add(id);
    if (left.length === 0) return { change: folded.change, rows, unknown };
    await commitSoFar(session, folded);
    await new Promise(setImmediate);
    // An instance may be in the list twice.
    known = new Map([...known, ...folded.change.entries.map((entry) => [entry.id, entry] as const)]);
  }
};

/** The rows before the one whose news would be too many. */
function firstPiece(instances: readonly Instance[], isNews: (instance: Instance) => boolean): readonly Instance[] {
  let news = 0;
  const end = instances.findIndex((instance) => isNews(instance) && ++news > maxNews);
  return end === -1 ? instances : instances.slice(0, end);
}
