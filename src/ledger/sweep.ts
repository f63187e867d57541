import type { Change, SweepItem, SweepOutcome, SweepPart } from './change.ts';
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

const purposes = ['gap', 'audit', 'history'] as const satisfies readonly SweepPart['purpose'][];

/** Gaps, then what has been read before, then history, the oldest item of each first. */
export function inSweepOrder(items: readonly SweepItem[]): SweepItem[] {
  const rank = ({ purpose }: SweepItem) => purposes.indexOf(purpose);
  return items.toSorted((a, b) => rank(a) - rank(b) || a.key - b.key);
}

/** What is left to be swept after a change has been committed; the same items if it changes nothing. */
export function sweptBy(items: readonly SweepItem[], change: Change): readonly SweepItem[] {
  if (change.kind === 'sweep_step') return concluded(items, change.item, change.outcome);
  return 'sweep' in change ? withParts(items, change.sweep) : items;
}

function withParts(items: readonly SweepItem[], parts: readonly SweepPart[], lastKey = 0): readonly SweepItem[] {
  let all = items;
  for (const part of parts) {
    const joining = joinSweep(all, part);
    if (joining === 'known') continue;
    const key = Math.max(lastKey, ...all.map((item) => item.key)) + 1;
    all = inSweepOrder(
      joining === 'new'
        ? all.concat({ ...part, key, triedMs: null })
        : all.map((item) => (item.key === joining.makeGap ? { ...item, purpose: 'gap' } : item)),
    );
  }
  return all;
}

function concluded(items: readonly SweepItem[], key: number, outcome: SweepOutcome): readonly SweepItem[] {
  switch (outcome.kind) {
    case 'more':
      return items;
    case 'done':
      return items.filter((item) => item.key !== key);
    case 'all_done':
      return [];
    case 'instead':
    case 'given_up':
      // No part that is new gets the key of this one.
      return withParts(
        items.filter((item) => item.key !== key),
        outcome.items,
        key,
      );
    case 'tried':
      return withParts(
        items.map((item) => (item.key === key ? { ...item, triedMs: outcome.atMs } : item)),
        outcome.items,
      );
  }
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
