import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { complete, configOf, loadEnvironment, loadText, problemsOf, workspace, writeFile } from './loading.ts';

const project = {
  HUAWEICLOUD_SDK_PROJECT_ID: '0123456789abcdef0123456789abcdef',
  SECMASTER_REGION: 'cn-north-4',
  SECMASTER_WORKSPACE_ID: '11111111-2222-3333-4444-555555555555',
};
const key = { HUAWEICLOUD_SDK_AK: 'AKTEST', HUAWEICLOUD_SDK_SK: 'SKTEST' };
const user = { SECMASTER_IAM_DOMAIN: 'acme', SECMASTER_IAM_USER: 'exporter', SECMASTER_IAM_PASSWORD: 'p w' };

describe('is enough alone', () => {
  test('with an access key', async () => {
    const config = configOf(
      await loadEnvironment({ ...project, ...key, HUAWEICLOUD_SDK_SECURITY_TOKEN: 'T', PATH: '/bin' }),
    );
    expect(config.poll.lookbackMs).toBe(24 * 3_600_000);
    expect(config.workspaces).toEqual([
      {
        name: null,
        region: 'cn-north-4',
        projectId: project.HUAWEICLOUD_SDK_PROJECT_ID,
        workspaceId: project.SECMASTER_WORKSPACE_ID,
        endpoint: 'https://secmaster.cn-north-4.myhuaweicloud.com',
        iamEndpoint: 'https://iam.cn-north-4.myhuaweicloud.com',
        tls: { ca: null },
        proxyUrl: null,
        filters: { playbookId: [], workflowId: [], dataclassId: [], triggerType: [] },
        playbooks: { include: [], exclude: [] },
        credentials: { kind: 'ak_sk', ak: 'AKTEST', sk: expect.anything(), securityToken: expect.anything() },
      },
    ]);
  });

  test('with a region and a key: every workspace of its project', async () => {
    expect(configOf(await loadEnvironment({ SECMASTER_REGION: 'cn-north-4', ...key })).workspaces).toMatchObject([
      { name: null, region: 'cn-north-4', projectId: null, workspaceId: null },
    ]);
  });

  test('with an IAM user', async () => {
    const given = configOf(await loadEnvironment({ ...project, ...user })).workspaces[0]?.credentials;
    expect(given).toMatchObject({ kind: 'password', domain: 'acme', user: 'exporter' });
    expect(given?.kind === 'password' && given.password).toSatisfy(
      (one) => one instanceof Secret && one.reveal() === 'p w',
    );
  });

  test('with a token of an identity provider', async () => {
    const path = writeFile('id-token', 'T');
    const identity = { HUAWEICLOUD_SDK_IDP_ID: 'my-cluster', HUAWEICLOUD_SDK_ID_TOKEN_FILE: path };
    expect(configOf(await loadEnvironment({ ...project, ...identity }))).toMatchObject({
      defaultCredentials: 'environment',
      workspaces: [{ credentials: { kind: 'oidc', idpId: 'my-cluster', idToken: { path, form: 'key' } } }],
    });
  });

  test('with every setting', async () => {
    const settings = {
      SECMASTER_ENDPOINT: 'http://127.0.0.1:19211',
      SECMASTER_IAM_ENDPOINT: 'https://iam.example.com',
      SECMASTER_STATE_PATH: '/tmp/ledger.db',
      SECMASTER_POLL_SCHEDULE: '1m30s',
      SECMASTER_LOOKBACK: '60d',
    };
    expect(configOf(await loadEnvironment({ ...project, ...key, ...settings }))).toMatchObject({
      poll: { schedule: { kind: 'every', everyMs: 90_000 }, timezone: 'UTC', lookbackMs: 60 * 86_400_000 },
      state: { path: '/tmp/ledger.db', retentionMs: 60 * 86_400_000 },
      workspaces: [{ endpoint: 'http://127.0.0.1:19211', iamEndpoint: 'https://iam.example.com' }],
    });
  });

  test('with the variables of a Kubernetes service of our name', async () => {
    const service = {
      SECMASTER_EXPORTER_SERVICE_HOST: '10.0.0.1',
      SECMASTER_EXPORTER_SERVICE_PORT_METRICS: '19210',
      SECMASTER_EXPORTER_PORT: 'tcp://10.0.0.1:19210',
      SECMASTER_EXPORTER_PORT_19210_TCP_ADDR: '10.0.0.1',
    };
    expect(configOf(await loadEnvironment({ ...project, ...key, ...service })).workspaces).toHaveLength(1);
  });
});

describe('refused', () => {
  test.each<[string, Record<string, string>, string[]]>([
    [
      'nothing at all',
      { PATH: '/bin', SECMASTER_REGION: '' },
      [
        'no configuration: use --config.file, or set SECMASTER_REGION and credentials, such as HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK',
      ],
    ],
    ['an access key alone', key, ['SECMASTER_REGION: is missing']],
    [
      'a key without its secret',
      { ...project, HUAWEICLOUD_SDK_AK: 'A', HUAWEICLOUD_SDK_SK: '' },
      ['HUAWEICLOUD_SDK_SK: is missing, but HUAWEICLOUD_SDK_AK is set'],
    ],
    [
      'a user without the rest',
      { ...project, SECMASTER_IAM_USER: 'u' },
      [
        'SECMASTER_IAM_DOMAIN: is missing, but SECMASTER_IAM_USER is set',
        'SECMASTER_IAM_PASSWORD: is missing, but SECMASTER_IAM_USER is set',
      ],
    ],
    [
      'both a key and a user',
      { ...project, ...key, ...user },
      ['HUAWEICLOUD_SDK_AK: conflicts with SECMASTER_IAM_DOMAIN; use either an access key or an IAM user'],
    ],
    [
      'an identity provider without its token',
      { ...project, HUAWEICLOUD_SDK_IDP_ID: 'i' },
      ['HUAWEICLOUD_SDK_ID_TOKEN_FILE: is missing, but HUAWEICLOUD_SDK_IDP_ID is set'],
    ],
    [
      'both a user and an identity provider',
      { ...project, ...user, HUAWEICLOUD_SDK_IDP_ID: 'i' },
      ['SECMASTER_IAM_DOMAIN: conflicts with HUAWEICLOUD_SDK_IDP_ID; use either an IAM user or an identity provider'],
    ],
    [
      'a token of an identity provider that is not there',
      { ...project, HUAWEICLOUD_SDK_IDP_ID: 'i', HUAWEICLOUD_SDK_ID_TOKEN_FILE: '/nowhere' },
      ['HUAWEICLOUD_SDK_ID_TOKEN_FILE: no such file'],
    ],
    [
      'a secret twice',
      { ...project, ...key, HUAWEICLOUD_SDK_SK_FILE: '/dev/null' },
      ['HUAWEICLOUD_SDK_SK_FILE: conflicts with HUAWEICLOUD_SDK_SK; keep one of them'],
    ],
    ...(
      [
        ['HUAWEICLOUD_SDK_AK', key],
        ['HUAWEICLOUD_SDK_SECURITY_TOKEN', { ...key, HUAWEICLOUD_SDK_SECURITY_TOKEN: 'T' }],
        ['SECMASTER_IAM_PASSWORD', user],
      ] as const
    ).map(([name, given]): [string, Record<string, string>, string[]] => [
      `${name} twice`,
      { ...project, ...given, [`${name}_FILE`]: '/dev/null' },
      [`${name}_FILE: conflicts with ${name}; keep one of them`],
    ]),
    [
      'a secret file that is empty',
      { ...project, ...user, SECMASTER_IAM_PASSWORD: '', SECMASTER_IAM_PASSWORD_FILE: '/dev/null' },
      ['SECMASTER_IAM_PASSWORD_FILE: is a device, not a file'],
    ],
    [
      'a file for a key without its secret',
      { ...project, HUAWEICLOUD_SDK_AK_FILE: '/dev/null' },
      ['HUAWEICLOUD_SDK_SK: is missing, but HUAWEICLOUD_SDK_AK_FILE is set'],
    ],
    [
      'a region and IDs of other forms',
      {
        ...key,
        SECMASTER_REGION: 'europe',
        HUAWEICLOUD_SDK_PROJECT_ID: 'mine',
        SECMASTER_WORKSPACE_ID: 'soc',
        SECMASTER_IAM_ENDPOINT: 'iam',
      },
      [
        'SECMASTER_REGION: "europe" is not a valid region; write it like eu-west-101',
        'HUAWEICLOUD_SDK_PROJECT_ID: "mine" is not a project id; write its 32 hexadecimal digits in quotes',
        'SECMASTER_WORKSPACE_ID: "soc" is not a workspace id; write it like 11111111-2222-3333-4444-555555555555',
        'SECMASTER_IAM_ENDPOINT: must be like https://secmaster.cn-north-4.myhuaweicloud.com, without path, query or user',
      ],
    ],
    [
      'a secret file that is not there',
      { ...project, HUAWEICLOUD_SDK_AK: 'A', HUAWEICLOUD_SDK_SK_FILE: '/nowhere' },
      ['HUAWEICLOUD_SDK_SK_FILE: no such file'],
    ],
    [
      'a profile file that is not there',
      { ...project, HUAWEICLOUD_SDK_CREDENTIALS_FILE: '/nowhere' },
      ['HUAWEICLOUD_SDK_CREDENTIALS_FILE: no such file'],
    ],
    [
      'a metadata service beyond this node',
      { ...project, HUAWEICLOUD_SDK_CREDENTIALS_FILE: '', SECMASTER_METADATA_ENDPOINT: 'http://10.0.0.1' },
      [
        'SECMASTER_METADATA_ENDPOINT: must begin with https://; http:// sends credentials unencrypted and is allowed only for link-local addresses',
      ],
    ],
    [
      'a key of two words',
      { ...project, ...key, HUAWEICLOUD_SDK_SK: 'SK TEST' },
      ['HUAWEICLOUD_SDK_SK: must be a single word of printable ASCII characters'],
    ],
    [
      'a duration that is none',
      { ...project, ...key, SECMASTER_LOOKBACK: '5' },
      ['SECMASTER_LOOKBACK: "5" is not a valid duration; write it like 30s, 5m, 24h or 7d'],
    ],
    [
      'a mistyped variable',
      { ...project, ...key, SECMASTER_LOKBACK: '5m' },
      ['SECMASTER_LOKBACK: unknown variable; did you mean SECMASTER_LOOKBACK?'],
    ],
    [
      'a mistyped variable of the SDKs, which would otherwise lead to other credentials',
      { ...project, HUAWEICLOUD_SDK_AKK: 'A' },
      ['HUAWEICLOUD_SDK_AKK: unknown variable; did you mean HUAWEICLOUD_SDK_AK?'],
    ],
    [
      'nothing but a mistyped variable of the SDKs',
      { HUAWEICLOUD_SDK_AKK: 'A' },
      ['HUAWEICLOUD_SDK_AKK: unknown variable; did you mean HUAWEICLOUD_SDK_AK?', 'SECMASTER_REGION: is missing'],
    ],
    [
      'a variable with a value that could be a secret',
      { ...project, ...key, SECMASTER_ENDPOINT: 'https://user:pass@example.com' },
      ['SECMASTER_ENDPOINT: must be like https://secmaster.cn-north-4.myhuaweicloud.com, without path, query or user'],
    ],
  ])('%s', async (_, environment, problems) => {
    expect(problemsOf(await loadEnvironment(environment))).toEqual(problems);
  });

  test.each([
    ['one that only the SDKs know', { HUAWEICLOUD_SDK_DOMAIN_ID: 'd', HUAWEICLOUD_SDK_REGION: 'r' }],
    ['one that resembles what is set', { HUAWEICLOUD_SDK_AKK: 'A' }],
  ])('a variable of the SDKs is of no concern: %s', async (_, more) => {
    expect(configOf(await loadEnvironment({ ...project, ...key, ...more }))).toMatchObject({ workspaces: [{}] });
  });

  test.each([
    [
      'workspaces without credentials',
      workspace,
      ['SECMASTER_IAM_PASSWRD: unknown variable; did you mean SECMASTER_IAM_PASSWORD?'],
    ],
    ['only workspaces with credentials', complete, []],
  ])('a mistyped variable of credentials beside a file with %s', async (_, text, problems) => {
    const loaded = await loadText(text, { ...key, SECMASTER_IAM_PASSWRD: 'hunter2', SECMASTER_LOKBACK: '5m' });
    expect('problems' in loaded ? problemsOf(loaded) : []).toEqual(problems);
  });

  test('an unknown variable, with the known ones', async () => {
    const [problem] = problemsOf(await loadEnvironment({ ...project, ...key, SECMASTER_DEBUG: '1' }));
    expect(problem).toMatch(
      /^SECMASTER_DEBUG: unknown variable; valid names: SECMASTER_POLL_SCHEDULE, .*, HUAWEICLOUD_SDK_ID_TOKEN_FILE$/,
    );
  });
});

describe('where no credentials are named', () => {
  const profile = '[basic]\nak = PROFILE\nsk = S\n';

  test('an access key may stand in files', async () => {
    const files = {
      HUAWEICLOUD_SDK_AK_FILE: writeFile('ak', 'A\n'),
      HUAWEICLOUD_SDK_SK_FILE: writeFile('sk', 'S\n'),
    };
    expect(configOf(await loadEnvironment({ ...project, ...files }))).toMatchObject({
      defaultCredentials: 'environment',
      workspaces: [{ credentials: { kind: 'ak_sk', ak: { path: files.HUAWEICLOUD_SDK_AK_FILE } } }],
    });
  });

  test('so may temporary keys and a password, which are read when they are needed', async () => {
    const file = writeFile('secret', 'one\n');
    const keyFiles = {
      HUAWEICLOUD_SDK_AK: 'A',
      HUAWEICLOUD_SDK_SK_FILE: file,
      HUAWEICLOUD_SDK_SECURITY_TOKEN_FILE: file,
    };
    const environments = [
      { ...project, ...keyFiles },
      { ...project, ...user, SECMASTER_IAM_PASSWORD: '', SECMASTER_IAM_PASSWORD_FILE: file },
    ];
    const given = await Promise.all(
      environments.map(async (one) => configOf(await loadEnvironment(one)).workspaces[0]?.credentials),
    );
    expect(given).toEqual([
      { kind: 'ak_sk', ak: 'A', sk: { path: file, form: 'key' }, securityToken: { path: file, form: 'key' } },
      { kind: 'password', domain: 'acme', user: 'exporter', password: { path: file, form: 'password' } },
    ]);
  });

  test.each([
    ['the environment, whatever else there is', key, 'environment', 'ak_sk'],
    ['else the profile file', {}, 'profile', 'profile'],
  ])('they come from %s', async (_, keys, from, kind) => {
    const environment = { ...project, ...keys, HUAWEICLOUD_SDK_CREDENTIALS_FILE: writeFile('credentials', profile) };
    const config = configOf(await loadEnvironment(environment));
    expect([config.defaultCredentials, config.workspaces[0]?.credentials.kind]).toEqual([from, kind]);
  });

  test.each([
    ['and where there is none, from the metadata service', '', 'metadata', 'agency'],
    ['and from the file in the home directory', profile, 'profile', 'profile'],
  ])('%s', async (_, content, from, kind) => {
    const folder = dirname(writeFile('nothing', ''));
    if (content !== '') {
      mkdirSync(join(folder, '.huaweicloud'));
      writeFileSync(join(folder, '.huaweicloud', 'credentials'), content);
    }
    vi.stubEnv('HOME', folder);
    const config = configOf(await loadEnvironment(project));
    expect([config.defaultCredentials, config.workspaces[0]?.credentials.kind]).toEqual([from, kind]);
  });
});
