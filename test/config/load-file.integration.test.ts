import { describe, expect, test } from 'vitest';
import { type CredentialFile, readCredentialFile } from '../../src/config/credentials/credential-file.ts';
import { Secret } from '../../src/model/secret.ts';
import { complete, configOf, credentials, loadFile, loadText, problemsOf, workspace, writeFile } from './loading.ts';

describe('a good file', () => {
  test('needs a workspace only; the rest has defaults', async () => {
    expect(configOf(await loadText(complete))).toEqual({
      poll: {
        schedule: { kind: 'every', everyMs: 30_000 },
        timezone: 'UTC',
        lookbackMs: 24 * 3_600_000,
        timeoutMs: 10_000,
        rateLimit: 10,
        concurrency: 4,
      },
      state: { path: 'data/secmaster.db', postgres: null, leaseMs: 15_000, retentionMs: 30 * 86_400_000 },
      metrics: {
        durationBuckets: [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400],
        language: 'en',
        newSeriesHoldMs: 65_000,
        maxPlaybooks: 200,
        maxValues: 50,
        labels: [],
        nodes: 'failed',
        failureGraceMs: 300_000,
      },
      status: { recentRuns: 50, consoleUrl: null },
      workspaces: [
        {
          name: 'prod',
          region: 'eu-west-101',
          projectId: '0123456789abcdef0123456789abcdef',
          workspaceId: '11111111-2222-3333-4444-555555555555',
          endpoint: 'https://secmaster.eu-west-101.myhuaweicloud.eu',
          iamEndpoint: 'https://iam.eu-west-101.myhuaweicloud.eu',
          tls: { ca: null },
          proxyUrl: null,
          filters: { playbookId: [], workflowId: [], dataclassId: [], triggerType: [] },
          playbooks: { include: [], exclude: [] },
          credentials: { kind: 'ak_sk', ak: 'AKTEST', sk: expect.anything(), securityToken: null },
        },
      ],
      defaultCredentials: null,
    });
  });

  test('may set everything', async () => {
    const text = `
poll: { schedule: "0 * * * * *", timezone: Europe/Berlin, lookback: 60d, timeout: 1m30s, rate_limit: 0.5, concurrency: 1 }
state: { path: /var/lib/secmaster.db, retention: 90d }
metrics: { duration_buckets: [0.5, 1], max_playbooks: 500, nodes: off, language: zh }
status: { recent_runs: 0 }
workspaces:
  - region: cn-north-4
    project_id: 0123456789ABCDEF0123456789ABCDEF
    workspace_id: AAAAAAAA-2222-3333-4444-555555555555
    endpoint: https://secmaster.example.com/
    iam_endpoint: http://127.0.0.1:19211
    filters: { playbook_id: [p1, p2], workflow_id: [], trigger_type: [TIMER] }
    credentials: { password: { domain: acme, user: exporter, password: "pass word" } }
`;
    expect(configOf(await loadText(text))).toMatchObject({
      poll: {
        schedule: { kind: 'cron', text: '0 * * * * *' },
        timezone: 'Europe/Berlin',
        lookbackMs: 60 * 86_400_000,
        timeoutMs: 90_000,
        rateLimit: 0.5,
        concurrency: 1,
      },
      state: { path: '/var/lib/secmaster.db', retentionMs: 90 * 86_400_000 },
      metrics: { durationBuckets: [0.5, 1], language: 'zh', maxPlaybooks: 500, nodes: 'off' },
      status: { recentRuns: 0 },
      workspaces: [
        {
          name: null,
          projectId: '0123456789abcdef0123456789abcdef',
          workspaceId: 'aaaaaaaa-2222-3333-4444-555555555555',
          endpoint: 'https://secmaster.example.com',
          iamEndpoint: 'http://127.0.0.1:19211',
          filters: { playbookId: ['p1', 'p2'], workflowId: [], dataclassId: [], triggerType: ['TIMER'] },
          credentials: { kind: 'password', domain: 'acme', user: 'exporter' },
        },
      ],
    });
  });

  test('may leave sections empty', async () => {
    expect(configOf(await loadText(`poll:\nstate:\nmetrics:\nstatus:\n${complete}`)).poll.concurrency).toBe(4);
  });

  test('keeps its instances at least as long as a long lookback', async () => {
    expect(configOf(await loadText(`poll: { lookback: 60d }\n${complete}`)).state.retentionMs).toBe(60 * 86_400_000);
  });

  test('may begin with a byte order mark and end its lines as Windows does', async () => {
    expect(configOf(await loadText(`\ufeff${complete.replaceAll('\n', '\r\n')}`)).workspaces).toHaveLength(1);
  });

  test('may share credentials by an alias', async () => {
    const second = 'name: test\n    region: eu-west-101\n    project_id: 0123456789abcdef0123456789abcdef';
    const text = `${complete.replace('credentials:', 'credentials: &shared')}  - ${second}
    workspace_id: 22222222-2222-3333-4444-555555555555
    credentials: *shared\n`;
    expect(configOf(await loadText(text)).workspaces.map(({ credentials }) => credentials.kind)).toEqual([
      'ak_sk',
      'ak_sk',
    ]);
  });

  test('may share them among hundreds of workspaces', async () => {
    const others = Array.from({ length: 300 }, (_, index) => {
      const id = `22222222-2222-3333-4444-${String(index).padStart(12, '0')}`;
      return `  - { region: cn-north-4, project_id: ${'a'.repeat(32)}, workspace_id: ${id}, credentials: *shared }\n`;
    });
    const text = complete.replace('credentials:', 'credentials: &shared') + others.join('');
    expect(configOf(await loadText(text)).workspaces).toHaveLength(301);
  });

  test('takes a path from the home directory', async () => {
    expect(configOf(await loadText(`state: { path: ~/ledger.db }\n${complete}`)).state.path).toMatch(
      /^\/.+\/ledger\.db$/,
    );
  });
});

describe('secrets', () => {
  const revealed = async (text: string): Promise<(string | undefined)[]> => {
    const given = configOf(await loadText(workspace + text)).workspaces[0]?.credentials;
    const secrets: (Secret | CredentialFile | null)[] = [];
    if (given?.kind === 'ak_sk') secrets.push(given.sk, given.securityToken);
    if (given?.kind === 'password') secrets.push(given.password);
    return Promise.all(
      secrets.map(async (secret) => {
        if (secret === null || secret instanceof Secret) return secret?.reveal();
        const read = await readCredentialFile(secret);
        return 'text' in read ? read.text : read.problem;
      }),
    );
  };

  test('stand in the file', async () => {
    expect(await revealed('    credentials: { ak_sk: { ak: A, sk: S, security_token: T } }')).toEqual(['S', 'T']);
    expect(await revealed('    credentials: { password: { domain: d, user: u, password: "p w" } }')).toEqual(['p w']);
  });

  test('or in files of their own, without one newline at the end', async () => {
    const [ak, sk, token] = [writeFile('ak', 'A\n'), writeFile('sk', 'S\r\n'), writeFile('token', 'T')];
    const text = `    credentials: { ak_sk: { ak_file: ${ak}, sk_file: ${sk}, security_token_file: ${token} } }`;
    expect(await revealed(text)).toEqual(['S', 'T']);
    const password = writeFile('password', ' p w \n\n');
    expect(await revealed(`    credentials: { password: { domain: d, user: u, password_file: ${password} } }`)).toEqual(
      [' p w \n'],
    );
  });

  test('come from the environment where a workspace has no credentials', async () => {
    const keys = { HUAWEICLOUD_SDK_AK: 'A', HUAWEICLOUD_SDK_SK: 'S' };
    const user = { SECMASTER_IAM_DOMAIN: 'd', SECMASTER_IAM_USER: 'u', SECMASTER_IAM_PASSWORD: 'p' };
    expect(configOf(await loadText(workspace, keys)).workspaces[0]?.credentials).toMatchObject({
      kind: 'ak_sk',
      ak: 'A',
    });
    expect(configOf(await loadText(workspace, user)).workspaces[0]?.credentials).toMatchObject({ kind: 'password' });
  });
});

test('of the environment nothing but credentials is read beside a file', async () => {
  const environment = { SECMASTER_REGION: 'cn-north-4', SECMASTER_LOKBACK: '1h', HUAWEICLOUD_SDK_AK: 'OTHER' };
  const [only] = configOf(await loadText(complete, environment)).workspaces;
  expect(only).toMatchObject({ region: 'eu-west-101', credentials: { ak: 'AKTEST' } });
});

describe('the file itself', () => {
  test.each<[string, () => string, string]>([
    ['is not there', () => '/nowhere/config.yml', 'config.yml: no such file'],
    ['is a directory', () => '/', 'config.yml: is a directory, not a file'],
    [
      'is not UTF-8',
      () => writeFile('a', Uint8Array.of(0x61, 0xff)),
      'config.yml: is not UTF-8 text; save it as UTF-8',
    ],
    ['is too large', () => writeFile('a', '#'.repeat(1_048_577)), 'config.yml: is larger than 1048576 bytes'],
  ])('%s', async (_, path, problem) => {
    expect(problemsOf(await loadFile(path()))).toEqual([problem]);
  });
});

test('all problems are told at once, in the order of their lines', async () => {
  const text = `poll:
  concurrency: many
  timout: 10s
state:
  retention: 1m
metrics:
  language: de
${complete.replace('eu-west-101', 'europe')}${credentials.replace('credentials', 'credential')}`;
  expect(problemsOf(await loadText(text)).map((problem) => problem.replace(/(?<=:\d+: [^:]+):.*/, ''))).toEqual([
    'config.yml:2: poll.concurrency',
    'config.yml:3: poll.timout',
    'config.yml:5: state.retention',
    'config.yml:7: metrics.language',
    'config.yml:10: workspaces[0].region',
    'config.yml:15: workspaces[0].credential',
  ]);
});
