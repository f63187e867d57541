import { checkConsistency } from './consistency.ts';
import type { DefaultCredentials } from './credentials/default-credentials.ts';
import type { CredentialsConfig } from './credentials/registry.ts';
import { listOf } from './fields.ts';
import { key, mapping, part } from './mapping.ts';
import { metrics } from './metrics.ts';
import { poll } from './poll.ts';
import { defaultRetentionMs, state } from './state.ts';
import { status } from './status.ts';
import type { ValueOf } from './value.ts';
import { workspace } from './workspace.ts';

/** The whole configuration file; a key that isn't declared is an error. */

export type { CredentialsConfig } from './credentials/registry.ts';
export type { Filters } from './workspace.ts';

export type Parsed = ReturnType<(typeof configuration)['read']>;

/** The checked configuration: with all defaults, durations in milliseconds, secrets sealed. */
export interface Config extends Omit<Parsed, 'workspaces'> {
  readonly workspaces: readonly WorkspaceConfig[];
  /** Where the credentials of workspaces without their own were found; null: all have their own. */
  readonly defaultCredentials: DefaultCredentials['from'] | null;
}

export interface WorkspaceConfig extends Omit<ValueOf<typeof workspace>, 'credentials'> {
  readonly credentials: CredentialsConfig;
}

export type Language = Config['metrics']['language'];

const workspaces = listOf(
  workspace,
  (list) => list.min(1, 'is empty; list at least one workspace'),
  'list, at least one',
);

const whole = mapping({
  poll: part('poll', poll),
  state: part('state', state),
  metrics: part('metrics', metrics),
  status: part('status', status),
  workspaces: key('workspaces', workspaces, { meaning: 'what to poll' }),
});

export const configuration = {
  // Always, so that these problems are reported together with those of single values.
  schema: whole.schema.superRefine(checkConsistency, { when: () => true }),
  show: whole.show,
  read: (checked: unknown) => {
    const { state, ...rest } = whole.read(checked);
    return {
      ...rest,
      state: { ...state, retentionMs: state.retentionMs ?? defaultRetentionMs(rest.poll.lookbackMs) },
    };
  },
};
