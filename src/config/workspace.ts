import { credentials } from './credentials/registry.ts';
import { defaultEndpoint, isRegion } from './endpoints.ts';
import { label, listOf, origin, pattern, text, textOf } from './fields.ts';
import { key, mapping, optionalKey, part, section } from './mapping.ts';
import { proxyUrl, tls } from './route.ts';
import type { Value, ValueOf } from './value.ts';

/** Only instances with one of the values of each kind; empty: all. */
export type Filters = ValueOf<typeof filters>;

const texts = listOf(text, (list) => list.max(1_000, 'has more than 1000 values'), 'list of up to 1000 texts');

const filter = (name: string, meaning: string) => key(name, texts, { default: [], meaning });

const filters = section({
  playbookId: filter('playbook_id', 'only instances of these playbooks; empty: all'),
  workflowId: filter('workflow_id', 'only instances of these workflows; empty: all'),
  dataclassId: filter('dataclass_id', 'only instances of these data classes; empty: all'),
  triggerType: filter('trigger_type', 'only instances with these trigger types, such as `TIMER`; empty: all'),
});

const patterns = (name: string, meaning: string) =>
  key(
    name,
    listOf(pattern, (list) => list.max(1_000, 'has more than 1000 values'), 'list of up to 1000 regular expressions'),
    { default: [], meaning },
  );

const playbooks = section({
  include: patterns('include', 'only playbooks whose whole name matches one of these; empty: all'),
  exclude: patterns('exclude', 'no playbooks whose whole name matches one of these, even if they are included'),
});

const declared = mapping({
  name: optionalKey('name', label, {
    meaning:
      "value of the label `workspace`; only with `workspace_id`. Default: the workspace's own name, made unique if two share it",
  }),
  region: key('region', textOf(isRegion, 'region', 'is not a valid region; write it like eu-west-101'), {
    meaning: 'for example `eu-west-101`; determines the hosts',
    variable: 'SECMASTER_REGION',
  }),
  projectId: optionalKey(
    'project_id',
    textOf(
      (id) => /^[0-9a-f]{32}$/i.test(id),
      '32 hexadecimal digits',
      'is not a project id; write its 32 hexadecimal digits in quotes',
      (id) => id.toLowerCase(),
    ),
    { meaning: 'default: the project named like the region', variable: 'HUAWEICLOUD_SDK_PROJECT_ID' },
  ),
  workspaceId: optionalKey(
    'workspace_id',
    textOf(
      (id) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id),
      'UUID',
      'is not a workspace id; write it like 11111111-2222-3333-4444-555555555555',
      (id) => id.toLowerCase(),
    ),
    {
      meaning: 'default: every workspace of the project; the list is refreshed every five minutes',
      variable: 'SECMASTER_WORKSPACE_ID',
    },
  ),
  endpoint: optionalKey('endpoint', origin, {
    meaning: 'replaces `https://secmaster.REGION.myhuaweicloud.com` (`.eu` for regions that begin with `eu-west-1`)',
    variable: 'SECMASTER_ENDPOINT',
  }),
  iamEndpoint: optionalKey('iam_endpoint', origin, {
    meaning: 'replaces `https://iam.REGION.myhuaweicloud.com` (`.eu` likewise)',
    variable: 'SECMASTER_IAM_ENDPOINT',
  }),
  tls: part('tls', tls),
  proxyUrl: optionalKey('proxy_url', proxyUrl, {
    meaning: 'proxy for this workspace, such as `http://proxy.example.com:3128`; default: those of the environment',
  }),
  filters: part('filters', filters),
  playbooks: part('playbooks', playbooks),
  credentials: optionalKey('credentials', credentials, {
    meaning: 'default: from the environment, then the profile file, then the agency',
  }),
});

type Declared = ValueOf<typeof declared>;
interface Workspace extends Declared {
  readonly endpoint: string;
  readonly iamEndpoint: string;
}

export const workspace: Value<Workspace> = {
  ...declared,
  read: (checked) => {
    const given = declared.read(checked);
    return {
      ...given,
      endpoint: given.endpoint ?? defaultEndpoint('secmaster', given.region),
      iamEndpoint: given.iamEndpoint ?? defaultEndpoint('iam', given.region),
    };
  },
};
