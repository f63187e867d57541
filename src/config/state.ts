import { duration, path } from './fields.ts';
import { key, optionalKey, section } from './mapping.ts';

export const state = section({
  path: key('path', path, {
    default: 'data/secmaster.db',
    meaning:
      'the ledger, an SQLite file; created with its folder if missing; `:memory:` keeps nothing. A change needs a restart',
    variable: 'SECMASTER_STATE_PATH',
  }),
  retentionMs: optionalKey('retention', duration('1m'), {
    meaning:
      'how long the ledger keeps an ended instance; at least `poll.lookback`. Default: 30d, or the lookback if that is longer',
  }),
});

/** A longer lookback needs no retention beside it, because there is no environment variable for the retention. */
export function defaultRetentionMs(lookbackMs: number): number {
  return Math.max(30 * 86_400_000, lookbackMs);
}
