import { credentials } from './credentials/registry.ts';
import { defaultEndpoint, isRegion } from './endpoints.ts';
import { listOf, origin, text, textOf } from './fields.ts';
import { key, mapping, optionalKey, part, section } from './mapping.ts';
import type { Value, ValueOf } from './value.ts';

/** Only instances with one of the values of each kind; none: all. */
export type Filters = ValueOf<typeof filters>;

const texts = listOf(text, (list) => list.max(1_000, 'has more than 1000 values'), 'list of texts, at most 1000');

const filter = (name: string, meaning: string) => key(name, texts, { default: [], meaning });

const filters = section({
  playbookId: filter('playbook_id', 'only instances of these playbooks; none: all'),
  workflowId: filter('workflow_id', 'only of these workflows'),
  dataclassId: filter('dataclass_id', 'only of these data classes'),
  triggerType: filter('trigger_type', 'only with these trigger types, such as `TIMER`'),
});

const declared = mapping({
  name: optionalKey('name', text, {
    meaning:
      "value of the label `workspace`, only beside `workspace_id`; without it the workspace's own name, made unique where two share it",
  }),
  region: key('region', textOf(isRegion, 'region', 'is no region; write it like eu-west-101'), {
    meaning: 'such as `eu-west-101`; gives the hosts',
    variable: 'SECMASTER_REGION',
  }),
  projectId: optionalKey(
    'project_id',
    textOf(
      (id) => /^[0-9a-f]{32}$/i.test(id),
      '32 hexadecimal digits',
      'is no project ID; write it in quotes with its 32 hexadecimal digits',
      (id) => id.toLowerCase(),
    ),
    { meaning: "without it the project that has the region's name", variable: 'HUAWEICLOUD_SDK_PROJECT_ID' },
  ),
  workspaceId: optionalKey(
    'workspace_id',
    textOf(
      (id) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id),
      'UUID',
      'is no workspace ID; write it like 11111111-2222-3333-4444-555555555555',
      (id) => id.toLowerCase(),
    ),
    {
      meaning: 'without it every workspace of the project, found and kept up to date every five minutes',
      variable: 'SECMASTER_WORKSPACE_ID',
    },
  ),
  endpoint: optionalKey('endpoint', origin, {
    meaning: 'in place of `https://secmaster.REGION.myhuaweicloud.com` (`.eu` for regions that begin with `eu-west-1`)',
    variable: 'SECMASTER_ENDPOINT',
  }),
  iamEndpoint: optionalKey('iam_endpoint', origin, {
    meaning: 'in place of `https://iam.REGION.myhuaweicloud.com`, likewise',
    variable: 'SECMASTER_IAM_ENDPOINT',
  }),
  filters: part('filters', filters),
  credentials: optionalKey('credentials', credentials, {
    meaning: "without it the environment's, else the profile file's, else the agency's",
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
