import { duration, path } from './fields.ts';
import { key, optionalKey, section } from './mapping.ts';
import { postgres } from './postgres.ts';
import type { Value, ValueOf } from './value.ts';

const defaultPath = 'data/secmaster.db';

const declared = section({
  path: optionalKey('path', path, {
    instead: defaultPath,
    meaning:
      'the ledger, an SQLite file; created with its folder if missing; `:memory:` keeps nothing. A change needs a restart',
    variable: 'SECMASTER_STATE_PATH',
  }),
  /** null: SQLite. */
  postgres,
  leaseMs: key('lease', duration('3s'), {
    default: '15s',
    meaning:
      'with PostgreSQL: how long a replica that died keeps its workspaces, before others poll them. A change needs a restart',
  }),
  retentionMs: optionalKey('retention', duration('1m'), {
    meaning:
      'how long the ledger keeps an ended instance; at least `poll.lookback`. Default: 30d, or the lookback if that is longer',
  }),
});

type Declared = ValueOf<typeof declared>;
interface State extends Declared {
  /** Of the SQLite file; without meaning if there is a database. */
  readonly path: string;
}

export const state: Value<State> = {
  ...declared,
  read: (checked) => {
    const given = declared.read(checked);
    return { ...given, path: given.path ?? defaultPath };
  },
  show: (state) => declared.show(state.postgres === null ? state : { ...state, path: null }),
};

/** A longer lookback needs no retention beside it, because there is no environment variable for the retention. */
export function defaultRetentionMs(lookbackMs: number): number {
  return Math.max(30 * 86_400_000, lookbackMs);
}
