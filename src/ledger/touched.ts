import type { Labels } from '../model/snapshot.ts';
import type { Change } from './change.ts';
import { labelsText } from './label-set.ts';

/** Which label sets' instances have changed since the ledger was opened, so that what is worked out of them is worked out again. */
export interface Touched {
  /** Commits that have changed some. */
  readonly commits: number;
  /** The last such commit of a label set, by its text. */
  readonly bySet: ReadonlyMap<string, number>;
}

export const untouched: Touched = { commits: 0, bySet: new Map() };

export function touch(before: Touched, change: Change): Touched {
  return touchSets(before, touchedBy(change));
}

/** The label sets whose instances a change changes. */
export function touchedBy(change: Change): readonly Labels[] {
  return 'page' in change ? (change.page?.touched ?? []) : [];
}

export function touchSets(before: Touched, labels: readonly Labels[]): Touched {
  if (labels.length === 0) return before;
  const commits = before.commits + 1;
  const bySet = new Map(before.bySet);
  for (const set of labels) bySet.set(labelsText(set), commits);
  return { commits, bySet };
}
