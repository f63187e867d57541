import type { LedgerState } from './state.ts';
import { readListed } from './stored-json.ts';
import { readProfile } from './stored-profile.ts';

/** The state of a ledger in the table `ledger`, and in the tables that hold its maps. */

/** What has tables of its own. */
export type StateMaps = Pick<LedgerState, 'playbooks' | 'values' | 'runs' | 'unread' | 'versions' | 'dataclasses'>;

/** What a SELECT of `ledgerColumns` gives. */
export type LedgerRow = Omit<LedgerState, 'profile' | 'listed' | keyof StateMaps> & {
  readonly ledger: number;
  /** JSON. */
  readonly profile: string;
  /** JSON. */
  readonly listed: string;
};

/** What a commit may change. */
const stateColumns = [
  ['name', 'name'],
  ['generation', 'generation'],
  ['lastTailMs', 'last_tail_ms'],
  ['lastSuccessMs', 'last_success_ms'],
  ['fromMinute', 'from_minute'],
  ['prunedBeforeMs', 'pruned_before_ms'],
  ['unseenBeforeMs', 'unseen_before_ms'],
  ['historyFromMs', 'history_from_ms'],
  ['profile', 'profile'],
  ['listed', 'listed'],
  ['listedMs', 'listed_ms'],
  ['instances', 'instances'],
  ['topologiesRead', 'topologies_read'],
  ['topologiesSkipped', 'topologies_skipped'],
  ['topologiesFailed', 'topologies_failed'],
] as const satisfies readonly (readonly [keyof LedgerState, string])[];

export const ledgerColumns = [
  'ledger',
  'created_at_ms AS "createdAtMs"',
  ...stateColumns.map(([name, column]) => `${column} AS "${name}"`),
].join(', ');

export function readState({ ledger: _, profile, listed, ...row }: LedgerRow, maps: StateMaps): LedgerState {
  return { ...row, profile: readProfile(profile), listed: readListed(listed), ...maps };
}

/** The columns that differ, with what is stored in them. */
export function changedColumns(before: LedgerState, after: LedgerState): (readonly [string, string | number | null])[] {
  return stateColumns.flatMap(([name, column]) => {
    const value = after[name];
    if (value === before[name]) return [];
    return [[column, typeof value === 'object' && value !== null ? JSON.stringify(value) : value] as const];
  });
}
