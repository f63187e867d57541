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
      if (item.purpose === 'history' || isOver(session, item)) return givenUp(session, item, verdict.parts);
      const tried = (await session.ledger.sweep()).filter(({ triedMs }) => triedMs !== null);
      // The whole is tried again, and its parts with it.
      if (tried.some((whole) => isPartOf(item, whole))) return { kind: 'instead', items: verdict.parts };
      return { kind: 'tried', atMs: session.secmaster.now(), items: verdict.parts };
    }
  }
}

/** What it may hold stays unknown: nobody tries again. */
export function givenUp(
  { ledger: { state } }: Session,
  { purpose }: SweepPart,
  parts: readonly SweepPart[],
): SweepOutcome {
  const { createdAtMs, unseenBeforeMs, lastTailMs } = state;
  if (purpose === 'audit') return { kind: 'done' };
  if (purpose === 'history') return { kind: 'given_up', knownSinceMs: createdAtMs, items: parts };
  return { kind: 'given_up', knownSinceMs: unseenBeforeMs ?? lastTailMs ?? createdAtMs, items: [] };
}

/** An item that can't be read is dropped once it lies before the lookback. */
export function isOver({ secmaster, lookbackMs }: Session, { fromMs, toMs }: SweepPart): boolean {
  const nowMs = secmaster.now();
  return (toMs ?? (fromMs ?? nowMs) + lookbackMs) < nowMs - lookbackMs;
}
