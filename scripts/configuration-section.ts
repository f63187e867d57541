import { z } from 'zod';
import { variablesByKey } from '../src/config/environment.ts';
import { configSchema } from '../src/config/schema.ts';
import { table } from './sections.ts';

/** The keys of docs/configuration.md: from the schema, what each means from below. */

/** Whatever the schema has must be here and nothing else; a test sees to it. */
export const meanings: Readonly<Record<string, string>> = {
  'poll.schedule': 'when SecMaster is polled; a poll never overlaps the one before it of the same workspace',
  'poll.lookback': 'how far back the gauges look',
  'poll.timeout': 'for one API request with its retries',
  'poll.rate_limit': 'API requests a second for each endpoint',
  'poll.concurrency': 'workspaces polled at once',
  'state.path':
    'the ledger, an SQLite file; made with its folder where missing; `:memory:` keeps nothing. A change needs a restart',
  'state.retention':
    'how long an ended instance is remembered; at least `poll.lookback`. Without it 30d, or the lookback where that is longer',
  'metrics.duration_buckets':
    'upper bounds of the histogram of durations; what was observed before a change stays in its old bounds',
  'metrics.max_playbooks': 'of a workspace, with series of their own; further ones share the label value `other`',
  'metrics.nodes': "`failed`: read the topology of each failed instance; `off`: don't",
  'metrics.language': "which of a playbook's two names becomes the label",
  'metrics.new_series_hold':
    'how long a new counter stays at 0 once it has been scraped; a little more than your scrape interval',
  'status.recent_runs':
    'failed, stuck and retrying runs on the status page; 0: none, and their messages are kept nowhere',
  workspaces: 'what is polled',
  'workspaces[].name':
    "value of the label `workspace`, only beside `workspace_id`; without it the workspace's own name, made unique where two share it",
  'workspaces[].region': 'such as `eu-west-101`; gives the hosts',
  'workspaces[].project_id': "without it the project that has the region's name",
  'workspaces[].workspace_id':
    'without it every workspace of the project, found and kept up to date every five minutes',
  'workspaces[].endpoint':
    'in place of `https://secmaster.REGION.myhuaweicloud.com` (`.eu` for regions that begin with `eu-west-1`)',
  'workspaces[].iam_endpoint': 'in place of `https://iam.REGION.myhuaweicloud.com`, likewise',
  'workspaces[].filters.playbook_id': 'only instances of these playbooks; none: all',
  'workspaces[].filters.workflow_id': 'only of these workflows',
  'workspaces[].filters.dataclass_id': 'only of these data classes',
  'workspaces[].filters.trigger_type': 'only with these trigger types, such as `TIMER`',
  'workspaces[].credentials': "without it the environment's, else the profile file's, else the agency's",
  'workspaces[].credentials.ak_sk.ak': 'access key',
  'workspaces[].credentials.ak_sk.ak_file': 'or a file with it, read again when it changes',
  'workspaces[].credentials.ak_sk.sk': 'secret key',
  'workspaces[].credentials.ak_sk.sk_file': 'or a file with it',
  'workspaces[].credentials.ak_sk.security_token': 'of temporary keys',
  'workspaces[].credentials.ak_sk.security_token_file': 'or a file with it',
  'workspaces[].credentials.password.domain': "of an IAM user: the account's name",
  'workspaces[].credentials.password.user': "the IAM user's name",
  'workspaces[].credentials.password.password': 'the password; it buys a token, which is renewed before it expires',
  'workspaces[].credentials.password.password_file': 'or a file with it',
  'workspaces[].credentials.token.token_file': 'a file with a token, read again when it changes',
  'workspaces[].credentials.agency.endpoint':
    "the metadata service of the ECS or CCE node, which has the agency's temporary keys",
  'workspaces[].credentials.profile.file': "the SDKs' credentials file",
  'workspaces[].credentials.profile.section': 'its section',
};

export interface Key {
  /** Such as `workspaces[].region`. */
  readonly path: string;
  /** What may stand there. */
  readonly values: string;
  readonly default: unknown;
  readonly isRequired: boolean;
}

interface Shape {
  readonly values?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly required?: readonly string[];
}

/** Every key of the configuration that has a value, in the order of the schema. */
export function keys(): Key[] {
  const schema = z.toJSONSchema(
    configSchema(() => null),
    { io: 'input', unrepresentable: 'any' },
  ) as Shape;
  return below(schema, '');
}

function below(shape: Shape, path: string): Key[] {
  return Object.entries(shape.properties ?? {}).flatMap(([name, child]) => {
    const here = path === '' ? name : `${path}.${name}`;
    const key = {
      path: here,
      values: child.values ?? '',
      default: child.default,
      isRequired: shape.required?.includes(name) ?? false,
    };
    if (child.properties !== undefined)
      return here.endsWith('.credentials') ? [key, ...below(child, here)] : below(child, here);
    return child.items?.properties === undefined ? [key] : [key, ...below(child.items, `${here}[]`)];
  });
}

export function configurationSection(): string {
  const variables = variablesByKey();
  return table(
    ['key', 'value', 'default', 'meaning', 'environment variable'],
    keys().map(({ path, values, default: value, isRequired }) => [
      `\`${path}\``,
      values,
      value === undefined ? (isRequired ? 'required' : '') : `\`${JSON.stringify(value)}\``,
      meanings[path] ?? '',
      (variables.get(path) ?? []).map((name) => `\`${name}\``).join(', '),
    ]),
  );
}
