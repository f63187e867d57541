import type { SweepOutcome, SweepPart } from '../ledger/change.ts';
import { isPartOf } from './parts.ts';
import type { Session } from './session.ts';
import { isWholeList, type Progress, type Verdict } from './slice.ts';

/** How long to wait before another try at an item that could not be read completely. */
export const retryMs = 3_600_000;

/** What becomes of an item after a verdict. */
export async function outcomeOf(session: Session, progress: Progress, verdict: Verdict): Promise<SweepOutcome> {
  const { item } = progress;
  switch (verdict.kind) {
    case 'more':
    case 'again':
      return { kind: 'more' };
    case 'done':
      return { kind: isWholeList(progress) ? 'all_done' : 'done' };
    case 'instead':
    case 'contradicted':
      return { kind: 'instead', items: verdict.parts };
    case 'problem': {
      if (isOver(session, item)) return { kind: 'done' };
      const tried = (await session.ledger.sweep()).filter(({ triedMs }) => triedMs !== null);
      // The whole is tried again, and its parts with it.
      if (tried.some((whole) => isPartOf(item, whole))) return { kind: 'instead', items: verdict.parts };
      return { kind: 'tried', atMs: session.secmaster.now(), items: verdict.parts };
    }
  }
}

/** An item that can't be read is dropped once it lies before the lookback. */
export function isOver({ secmaster, lookbackMs }: Session, { fromMs, toMs }: SweepPart): boolean {
  const nowMs = secmaster.now();
  return (toMs ?? (fromMs ?? nowMs) + lookbackMs) < nowMs - lookbackMs;
}
