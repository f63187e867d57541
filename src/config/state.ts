import { duration, path } from './fields.ts';
import { key, optionalKey, section } from './mapping.ts';

export const state = section({
  path: key('path', path, {
    default: 'data/secmaster.db',
    meaning:
      'the ledger, an SQLite file; made with its folder where missing; `:memory:` keeps nothing. A change needs a restart',
    variable: 'SECMASTER_STATE_PATH',
  }),
  retentionMs: optionalKey('retention', duration('1m'), {
    meaning:
      'how long an ended instance is remembered; at least `poll.lookback`. Without it 30d, or the lookback where that is longer',
  }),
});

/** A longer lookback alone is enough: the environment has no variable for the retention. */
export function defaultRetentionMs(lookbackMs: number): number {
  return Math.max(30 * 86_400_000, lookbackMs);
}
