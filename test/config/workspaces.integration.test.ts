import { describe, expect, test } from 'vitest';
import { complete, configOf, loadText, problemsOf } from './loading.ts';

/** In place of a line of `complete`. */
const replacing = (key: string, by: string) => complete.replace(new RegExp(`^ *(- )?${key}:.*\n`, 'm'), by);

describe('a workspace', () => {
  test.each<[string, string, string[]]>([
    ['no workspaces', 'poll:', ['config.yml:1: workspaces: is missing']],
    ['workspaces that are empty', 'workspaces:', ['config.yml:1: workspaces: is empty; set a value']],
    ['an empty list', 'workspaces: []', ['config.yml:1: workspaces: is empty; list at least one workspace']],
    ['no list', 'workspaces: {}', ['config.yml:1: workspaces: must be a list']],
    ['text for a workspace', 'workspaces: [prod]', ['config.yml:1: workspaces[0]: must be a mapping (key: value)']],
    ['a list for the whole', '- prod', ['config.yml:1: must be a mapping (key: value)']],
    ['text for the whole', 'prod', ['config.yml:1: must be a mapping (key: value)']],
    [
      'a name that is no text',
      replacing('name', '  - name: 1\n'),
      ['config.yml:2: workspaces[0].name: must be text; put it in quotes'],
    ],
    ['no region', replacing('region', ''), ['config.yml:2: workspaces[0].region: is missing']],
    [
      'a region of another form',
      replacing('region', '    region: europe\n'),
      ['config.yml:3: workspaces[0].region: "europe" is not a valid region; write it like eu-west-101'],
    ],
    [
      'a project name for its ID',
      replacing('project_id', '    project_id: eu-west-101\n'),
      [
        'config.yml:4: workspaces[0].project_id: "eu-west-101" is not a project id; write its 32 hexadecimal digits in quotes',
      ],
    ],
    [
      'a project ID that YAML takes for a number',
      replacing('project_id', `    project_id: 1${'0'.repeat(31)}\n`),
      ['config.yml:4: workspaces[0].project_id: 1e+31 is not a project id; write its 32 hexadecimal digits in quotes'],
    ],
    [
      'a name for every workspace of a project',
      replacing('workspace_id', ''),
      [
        'config.yml:2: workspaces[0].name: "prod" needs workspace_id: without it, every workspace of the project is polled under its own name',
      ],
    ],
    [
      'a workspace ID of another form',
      replacing('workspace_id', '    workspace_id: 1111\n'),
      [
        'config.yml:5: workspaces[0].workspace_id: 1111 is not a workspace id; write it like 11111111-2222-3333-4444-555555555555',
      ],
    ],
    [
      'a filter that is no list, and one with a number in it',
      `${complete}    filters: { playbook_id: a, trigger_type: [1] }\n`,
      [
        'config.yml:8: workspaces[0].filters.playbook_id: must be a list',
        'config.yml:8: workspaces[0].filters.trigger_type[0]: must be text; put it in quotes',
      ],
    ],
    [
      'a filter of more values than there are playbooks',
      `${complete}    filters: { playbook_id: [${'a, '.repeat(1001)}] }\n`,
      ['config.yml:8: workspaces[0].filters.playbook_id: has more than 1000 values'],
    ],
    [
      'an empty filter, and one with an empty value',
      `${complete}    filters: { workflow_id: , dataclass_id: [""] }\n`,
      [
        'config.yml:8: workspaces[0].filters.workflow_id: is empty; set a value',
        'config.yml:8: workspaces[0].filters.dataclass_id[0]: is empty; set a value',
      ],
    ],
    [
      'a list for the filters',
      `${complete}    filters: [playbook_id]\n`,
      ['config.yml:8: workspaces[0].filters: must be a mapping (key: value)'],
    ],
    [
      'an unknown filter',
      `${complete}    filters: { playbok_id: [a] }\n`,
      ['config.yml:8: workspaces[0].filters.playbok_id: unknown key; did you mean playbook_id?'],
    ],
    [
      'patterns that are no regular expressions, and one that would be valid only inside a group',
      `${complete}    playbooks: { include: ["Test (", "a)|(b"], exclude: [1, "", "\\\\-"] }\n`,
      [
        'config.yml:8: workspaces[0].playbooks.include[0]: is not a valid regular expression: Unterminated group',
        "config.yml:8: workspaces[0].playbooks.include[1]: is not a valid regular expression: Unmatched ')'",
        'config.yml:8: workspaces[0].playbooks.exclude[0]: must be text; put it in quotes',
        'config.yml:8: workspaces[0].playbooks.exclude[1]: is empty; set a value',
        'config.yml:8: workspaces[0].playbooks.exclude[2]: is not a valid regular expression: Invalid escape',
      ],
    ],
    [
      'one pattern in place of a list, and one that is too long',
      `${complete}    playbooks: { include: Test.*, exclude: [${'a'.repeat(1_001)}] }\n`,
      [
        'config.yml:8: workspaces[0].playbooks.include: must be a list',
        'config.yml:8: workspaces[0].playbooks.exclude[0]: has more than 1000 characters',
      ],
    ],
    [
      'an endpoint with a path',
      `${complete}    endpoint: https://example.com/v1\n`,
      [
        'config.yml:8: workspaces[0].endpoint: must be like https://secmaster.cn-north-4.myhuaweicloud.com, without path, query or user',
      ],
    ],
    [
      'an endpoint that is no text',
      `${complete}    endpoint: 1\n`,
      [
        'config.yml:8: workspaces[0].endpoint: must be like https://secmaster.cn-north-4.myhuaweicloud.com, without path, query or user',
      ],
    ],
    [
      'an endpoint with a password, which is not shown',
      `${complete}    iam_endpoint: https://user:SKTEST@iam.example.com\n`,
      [
        'config.yml:8: workspaces[0].iam_endpoint: must be like https://secmaster.cn-north-4.myhuaweicloud.com, without path, query or user',
      ],
    ],
    ['a blank name', replacing('name', '  - name: " "\n'), ['config.yml:2: workspaces[0].name: is empty; set a value']],
    [
      'an empty region',
      replacing('region', '    region:\n'),
      ['config.yml:3: workspaces[0].region: is empty; set a value'],
    ],
    [
      'an empty project ID, which is not the same as none',
      replacing('project_id', '    project_id:\n'),
      ['config.yml:4: workspaces[0].project_id: is empty; set a value'],
    ],
    [
      'an unknown key',
      `${complete}    zone: a\n`,
      [
        'config.yml:8: workspaces[0].zone: unknown key; valid keys: name, region, project_id, workspace_id, endpoint, iam_endpoint, tls, proxy_url, filters, playbooks, credentials',
      ],
    ],
    [
      'an endpoint in the clear',
      `${complete}    iam_endpoint: http://iam.example.com\n`,
      [
        'config.yml:8: workspaces[0].iam_endpoint: must begin with https://; http:// sends credentials unencrypted and is allowed only for this machine',
      ],
    ],
    [
      'a workspace twice',
      complete + complete.replace('workspaces:\n', '').replaceAll(/prod/g, 'test').replace('-2222-', '-2222-'),
      [
        'config.yml:11: workspaces[1].workspace_id: "11111111-2222-3333-4444-555555555555" is a duplicate of workspaces[0].workspace_id',
      ],
    ],
    [
      'a name twice',
      complete + complete.replace('workspaces:\n', '').replace('11111111', '22222222'),
      ['config.yml:8: workspaces[1].name: "prod" is a duplicate of workspaces[0].name'],
    ],
  ])('refused: %s', async (_, text, problems) => {
    expect(problemsOf(await loadText(text))).toEqual(problems);
  });
});

test.each<[string, string, object]>([
  [
    'filters of every kind',
    `${complete}    filters: { playbook_id: [a, b], workflow_id: [c], dataclass_id: [d], trigger_type: [TIMER, NEW_ONE] }\n`,
    {
      filters: { playbookId: ['a', 'b'], workflowId: ['c'], dataclassId: ['d'], triggerType: ['TIMER', 'NEW_ONE'] },
    },
  ],
  [
    'filters that are empty',
    `${complete}    filters:\n`,
    { filters: { playbookId: [], workflowId: [], dataclassId: [], triggerType: [] } },
  ],
  ['no project, beside a name and a workspace', replacing('project_id', ''), { name: 'prod', projectId: null }],
  ['no name', complete.replace('name: prod\n    ', ''), { name: null, region: 'eu-west-101' }],
  [
    'a region that Huawei Cloud adds tomorrow, outside of Europe',
    replacing('region', '    region: xx-north-9\n'),
    { region: 'xx-north-9', endpoint: 'https://secmaster.xx-north-9.myhuaweicloud.com' },
  ],
  [
    'an endpoint with a port and a slash',
    `${complete}    endpoint: https://proxy.example.com:8443/\n`,
    { endpoint: 'https://proxy.example.com:8443' },
  ],
  [
    'an endpoint in the clear on this machine',
    `${complete}    endpoint: http://localhost:19211\n`,
    { endpoint: 'http://localhost:19211' },
  ],
])('taken: %s', async (_, text, expected) => {
  expect(configOf(await loadText(text)).workspaces).toMatchObject([expected]);
});

test('projects of several regions and accounts, all workspaces of each', async () => {
  const more = ['cn-north-4', 'ap-southeast-3'].map(
    (region) => `  - region: ${region}\n    credentials: { ak_sk: { ak: A-${region}, sk: S } }\n`,
  );
  const { workspaces } = configOf(await loadText(complete + more.join('')));
  expect(workspaces.map(({ region, credentials }) => [region, credentials.kind === 'ak_sk' && credentials.ak])).toEqual(
    [
      ['eu-west-101', 'AKTEST'],
      ['cn-north-4', 'A-cn-north-4'],
      ['ap-southeast-3', 'A-ap-southeast-3'],
    ],
  );
});

test('project and workspace may be left to be found', async () => {
  const text = complete.replace(/^ {2}- name: prod\n {4}/m, '  - ').replace(/^ *(project|workspace)_id:.*\n/gm, '');
  expect(configOf(await loadText(text)).workspaces).toMatchObject([{ name: null, projectId: null, workspaceId: null }]);
});
