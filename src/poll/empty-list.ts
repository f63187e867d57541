import { SecMasterError } from '../secmaster/http/errors.ts';
import type { Session } from './session.ts';

/** How long an empty list is not believed, though runs of the lookback are known: it is the length of a maintenance. */
const doubtedMs = 3_600_000;

/** Whether SecMaster must have more than the empty list that it has just answered with. */
export async function isDoubtful({ ledger, secmaster, lastTail }: Session): Promise<boolean> {
  const nowMs = secmaster.now();
  if ((await ledger.begunWithin(ledger.state.fromMinute * 60_000, nowMs)) === 0) return false;
  lastTail.emptySinceMs = Math.min(lastTail.emptySinceMs ?? nowMs, nowMs);
  return nowMs - lastTail.emptySinceMs < doubtedMs;
}

export function emptyList(): SecMasterError {
  return new SecMasterError(
    'unexpected_body',
    'list_instances',
    'SecMaster lists no instances, though some of the lookback are known. It may be in maintenance, or the configured filters may match nothing; after an hour it is believed',
  );
}
