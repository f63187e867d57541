import type { SweepItem, SweepPart } from './change.ts';
import type { LedgerState } from './state.ts';

/** How a part joins the items of a sweep; `makeGap` names the audit item that becomes a gap. */
export type Joining = 'new' | 'known' | { readonly makeGap: number };

/** A part is read once, and as a gap if it may be one. */
export function joinSweep(items: readonly SweepItem[], part: SweepPart): Joining {
  const known = items.filter((item) => isSameSlice(item, part));
  const [first] = known;
  if (first === undefined) return 'new';
  if (part.purpose !== 'gap' || known.some(({ purpose }) => purpose === 'gap')) return 'known';
  return { makeGap: first.key };
}

function isSameSlice(a: SweepPart, b: SweepPart): boolean {
  const { fromMs, toMs, status, triggerType, oldestFirst } = a;
  return (
    fromMs === b.fromMs &&
    toMs === b.toMs &&
    status === b.status &&
    triggerType === b.triggerType &&
    oldestFirst === b.oldestFirst
  );
}

/** Whether every instance of the lookback has been read, as far as is known. */
export function isWindowComplete(
  { generation }: Pick<LedgerState, 'generation'>,
  items: readonly SweepItem[],
  rechecks: number,
): boolean {
  return generation > 0 && rechecks === 0 && !items.some(hides);
}

/** What has been read before hides nothing, unless it can't be read again. */
function hides({ purpose, triedMs }: SweepItem): boolean {
  return purpose === 'gap' || triedMs !== null;
}
