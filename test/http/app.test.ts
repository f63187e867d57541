import { describe, expect, test } from 'vitest';
import type { AppParts } from '../../src/http/app.ts';
import type { Exposition } from '../../src/metrics/exposition.ts';
import { noDetails } from '../../src/model/instance.ts';
import type { Profile } from '../../src/model/profile.ts';
import { findingsOf } from '../../src/model/profile-text.ts';
import type { WorkspaceReport } from '../../src/model/report.ts';
import { appOf } from '../support/http/app.ts';
import { emptySnapshot, goodPoll, report, shortPages } from '../support/metrics/report.ts';

const exposition: Pick<Exposition, 'scrape'> = {
  scrape: async (format, encoding) => [Buffer.from(`${format} `), Buffer.from(`${encoding}\n`)],
};

function app(reports = [report()], recentRuns = 2, parts: Partial<AppParts> = {}) {
  return appOf({
    exposition,
    reports: () => reports,
    recentRuns: () => recentRuns,
    ...parts,
  });
}

const text = 'text/plain; version=0.0.4; charset=utf-8';
const openMetrics = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

test.each([
  ['nobody says what is accepted', '', text, 'text'],
  ['anything is accepted', '*/*', text, 'text'],
  ['a browser asks', 'text/html,application/xhtml+xml,*/*;q=0.8', text, 'text'],
  [
    'Prometheus 2.42 asks',
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    openMetrics,
    'openmetrics',
  ],
  [
    'text is preferred',
    'application/openmetrics-text;version=1.0.0;q=0.4,text/plain;version=0.0.4;q=0.9',
    text,
    'text',
  ],
  ['OpenMetrics is refused', 'application/openmetrics-text;q=0,text/plain', text, 'text'],
  ['only a draft of OpenMetrics is accepted', 'application/openmetrics-text; version=0.0.1', text, 'text'],
])('/metrics chooses the format where %s', async (_, accept, contentType, format) => {
  const response = await app().request('/metrics', { headers: accept === '' ? {} : { accept } });
  const headers = [response.headers.get('content-type'), response.headers.get('content-encoding')];
  expect([response.status, ...headers, await response.text()]).toEqual([
    200,
    contentType,
    null,
    `${format} identity\n`,
  ]);
  expect(response.headers.get('vary')).toBe('Accept, Accept-Encoding');
});

test.each([
  ['gzip', 'gzip'],
  ['gzip, deflate, br', 'gzip'],
  ['deflate', null],
  ['gzip;q=0', null],
])('/metrics answers Accept-Encoding: %s with content encoding %s', async (accepted, encoding) => {
  const response = await app().request('/metrics', { headers: { 'accept-encoding': accepted } });
  expect(response.headers.get('content-encoding')).toBe(encoding);
  expect(await response.text()).toBe(`text ${encoding ?? 'identity'}\n`);
});

test('/-/healthy answers while the process runs', async () => {
  expect((await app([]).request('/-/healthy')).status).toBe(200);
});

test('/-/ready waits for every workspace to have been polled, whether the poll succeeded or not', async () => {
  const waiting = report({ workspace: 'lab', polls: { ...goodPoll, last: null } });
  const failed = report({
    polls: { ...goodPoll, last: { endedMs: 1, durationSeconds: 1, requests: 1, error: 'refused' } },
  });
  const before = await app([failed, waiting]).request('/-/ready');
  expect([before.status, await before.text()]).toEqual([503, 'waiting for the first poll of: lab\n']);
  expect((await app([failed]).request('/-/ready')).status).toBe(200);
});

test('/-/ready fails while no polls begin, and says why', async () => {
  let stall: string | null = 'no poll has begun';
  const stalled = appOf({ reports: () => [report()], stall: () => stall });
  const during = await stalled.request('/-/ready');
  expect([during.status, await during.text()]).toEqual([503, 'no poll has begun\n']);
  stall = null;
  expect((await stalled.request('/-/ready')).status).toBe(200);
});

test('/ shows each workspace and its state, escaped', async () => {
  const failed = {
    endedMs: Date.parse('2026-07-18T12:00:00Z'),
    durationSeconds: 1,
    requests: 1,
    error: 'a proxy said <script>',
  };
  const response = await app([report({ workspace: '<b>', polls: { ...goodPoll, last: failed } })]).request('/');
  const page = await response.text();
  expect(response.headers.get('content-type')).toMatch(/^text\/html/);
  expect(page).toContain('<bdi>&lt;b&gt;</bdi>');
  expect(page).toContain('a proxy said &lt;script&gt;');
  expect(page).toContain('<time datetime="2026-07-18T12:00:00.000Z">2026-07-18 12:00:00 UTC</time>');
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(page).toContain('href="./metrics"');
});

const sinceMs = Date.parse('2026-07-01T00:00:00Z');
const day = (n: number) => `<time datetime="2026-07-0${n}T00:00:00.000Z">2026-07-0${n} 00:00:00 UTC</time>`;
test.each<[string, WorkspaceReport['counting'][], string]>([
  ['since counting began', [{ sinceMs, prunedBeforeMs: 0 }], `since ${day(1)}, when counting began.`],
  ['since older ones were pruned', [{ sinceMs, prunedBeforeMs: sinceMs + 86_400_000 }], `since ${day(2)}.`],
  [
    'since the last workspace was added',
    [{ sinceMs, prunedBeforeMs: 0 }, { sinceMs: sinceMs + 86_400_000, prunedBeforeMs: 0 }, null],
    `since ${day(2)}, when counting began.`,
  ],
  ['before a ledger has been read', [null], 'yet.'],
])('/ says that no run has failed %s', async (_, counting, expected) => {
  const page = await (await app(counting.map((one) => report({ counting: one }))).request('/')).text();
  expect(page).toContain(`No failures seen ${expected}`);
});

test('/api/v1/status says the same as JSON, with the newest failed runs of all workspaces', async () => {
  const atMs = Date.parse('2026-07-18T12:00:00Z');
  const run = {
    instanceId: 'i-1',
    attempt: 2,
    playbook: 'Isolate host',
    triggerType: 'EVENT',
    status: 'RETRYING',
    startTimeMs: atMs - 5_000,
    failedMs: atMs,
    details: {
      name: 'ISOLATE-1',
      dataobjectId: 'o-1',
      defenseId: 'd-1',
      dataclass: { id: 'c-1', name: 'Alert' },
      workflow: { id: 'w-1', name: 'Isolate a host', version: 'v2', versionId: 'v-2' },
    },
    nodes: [
      {
        name: 'Isolate',
        error: 'host is offline',
        startMs: Date.parse('2026-07-18T11:59:58Z'),
        endMs: Date.parse('2026-07-18T12:00:00Z'),
      },
    ],
  };
  const open = {
    instanceId: 'i-3',
    playbook: 'Isolate host',
    triggerType: 'EVENT',
    status: 'RUNNING',
    startTimeMs: atMs - 5 * 3_600_000,
    retryCount: 1,
    details: noDetails,
  };
  const rested = { playbookId: 'p-1', name: 'Rested', isEnabled: true, dataclass: { id: 'c', name: 'Alert' } };
  const failed = (playbook: string, instances: number) => ({
    labels: { playbook, trigger_type: 'EVENT', status: 'FAILED' },
    instances,
    retries: 0,
  });
  const snapshot = {
    ...emptySnapshot,
    window: [failed('p', 2), failed('q', 1)],
    listed: [
      { ...rested, label: 'Rested', lastStartMs: atMs - 31 * 86_400_000, lastSeenMs: atMs - 31 * 86_400_000 },
      { ...rested, label: null, isEnabled: null, dataclass: null, lastStartMs: null, lastSeenMs: atMs },
    ],
  };
  const starting = {
    workspace: 'lab',
    snapshot: null,
    polls: { ...goodPoll, count: 0, last: null, recent: [], lastSuccessMs: null },
  };
  const response = await app([
    report({
      snapshot,
      profile: shortPages,
      openRuns: [open],
      failedRuns: [run, { ...run, instanceId: 'i-0', failedMs: atMs - 9 }],
    }),
    report({
      ...starting,
      failedRuns: [
        { ...run, instanceId: 'i-2', failedMs: atMs + 9, startTimeMs: null, nodes: null, details: noDetails },
      ],
    }),
  ]).request('/api/v1/status');
  expect(response.headers.get('content-type')).toBe('application/json');
  const ids = { workspace_id: report().workspaceId, project_id: report().projectId, region: 'eu-west-101' };
  const nothing = {
    instance_name: null,
    workflow: null,
    dataclass: null,
    dataobject_id: null,
    defense_id: null,
    console_url: null,
  };
  const quiet = {
    troubles: [],
    expected_start: null,
    failures_in_a_row: 0,
    failing_since: null,
    oldest_open_start: null,
    durations: null,
    hours: [],
  };
  const ofRuns = { id: null, enabled: null, dataclass: null, last_start: null, ...quiet };
  const pages = findingsOf(shortPages).map(({ text }, i) => ({ text, slower: i === 0 }));
  expect(await response.json()).toEqual({
    version: '1.2.3',
    configuration: 'poll: {}\n',
    summary: {
      workspaces: 2,
      workspaces_failing: 0,
      workspaces_starting: 1,
      workspaces_incomplete: 0,
      playbooks: 4,
      playbooks_failing: 0,
      playbooks_stuck: 0,
      playbooks_overdue: 0,
      playbooks_silent: 1,
      runs_stuck: 1,
    },
    workspaces: [
      {
        workspace: 'prod',
        ...ids,
        state: 'succeeding',
        error: null,
        polls: 3,
        last_poll: '2026-07-18T12:00:00.000Z',
        last_poll_duration_seconds: 0.25,
        last_success: '2026-07-18T12:00:00.000Z',
        age_seconds: 12,
        window_complete: true,
        instances: { FAILED: 3 },
        open_instances: 0,
        playbooks: [
          {
            playbook: 'Rested',
            name: 'Rested',
            id: 'p-1',
            enabled: true,
            dataclass: { id: 'c', name: 'Alert' },
            last_start: '2026-06-17T12:00:00.000Z',
            ...quiet,
            troubles: ['silent'],
          },
          {
            playbook: null,
            name: 'Rested',
            id: 'p-1',
            enabled: null,
            dataclass: null,
            last_start: null,
            ...quiet,
          },
          { playbook: 'p', name: 'p', ...ofRuns },
          { playbook: 'q', name: 'q', ...ofRuns },
        ],
        playbooks_listed: true,
        console_url: null,
        profile: pages,
        recent_polls: [{ ended: '2026-07-18T12:00:00.000Z', duration_seconds: 0.25, requests: 1, error: null }],
      },
      {
        workspace: 'lab',
        ...ids,
        state: 'starting',
        error: null,
        polls: 0,
        last_poll: null,
        last_poll_duration_seconds: null,
        last_success: null,
        age_seconds: null,
        window_complete: false,
        instances: {},
        open_instances: 0,
        playbooks: [],
        playbooks_listed: false,
        console_url: null,
        profile: [],
        recent_polls: [],
      },
    ],
    failed_runs: [
      {
        workspace: 'lab',
        instance_id: 'i-2',
        playbook: 'Isolate host',
        trigger_type: 'EVENT',
        status: 'RETRYING',
        attempt: 2,
        start_time: null,
        failed_time: '2026-07-18T12:00:00.009Z',
        nodes: null,
        ...nothing,
      },
      {
        workspace: 'prod',
        instance_id: 'i-1',
        playbook: 'Isolate host',
        trigger_type: 'EVENT',
        status: 'RETRYING',
        attempt: 2,
        start_time: '2026-07-18T11:59:55.000Z',
        failed_time: '2026-07-18T12:00:00.000Z',
        nodes: [
          {
            name: 'Isolate',
            error: 'host is offline',
            start_time: '2026-07-18T11:59:58.000Z',
            end_time: '2026-07-18T12:00:00.000Z',
          },
        ],
        instance_name: 'ISOLATE-1',
        workflow: { id: 'w-1', name: 'Isolate a host', version: 'v2', version_id: 'v-2' },
        dataclass: { id: 'c-1', name: 'Alert' },
        dataobject_id: 'o-1',
        defense_id: 'd-1',
        console_url: null,
      },
    ],
    open_runs: [
      {
        workspace: 'prod',
        instance_id: 'i-3',
        playbook: 'Isolate host',
        trigger_type: 'EVENT',
        status: 'RUNNING',
        start_time: '2026-07-18T07:00:00.000Z',
        retries: 1,
        open_seconds: 18_012,
        stuck: true,
        ...nothing,
      },
    ],
  });
});

test('the status and the page tell how many failed nodes are not shown', async () => {
  const atMs = Date.parse('2026-07-18T12:00:00Z');
  const run = {
    instanceId: 'i-1',
    attempt: 1,
    playbook: 'Isolate host',
    triggerType: 'EVENT',
    status: 'FAILED',
    startTimeMs: atMs - 5_000,
    failedMs: atMs,
    details: noDetails,
    nodes: [{ name: 'Isolate', error: '' }],
    moreNodes: 99_980,
  };
  const many = app([report({ failedRuns: [run] })]);
  expect(await (await many.request('/api/v1/status')).json()).toMatchObject({ failed_runs: [{ more_nodes: 99_980 }] });
  expect(await (await many.request('/')).text()).toContain('and 99980 more failed nodes');
});

describe('how SecMaster behaves', () => {
  const pageOf = async (profile: Profile, workspace = 'prod') =>
    (await app([report({ profile, workspace })]).request('/')).text();
  const found = <Value>(value: Value, how = 'tried') => ({ value, learnedMs: 0, how });

  test.each<[string, Profile, string]>([
    ['nothing is slow', { offset: found('honoured') }, 'nothing makes the exporter slower'],
    ['a page is short', shortPages, '1 of 2 findings makes the exporter slower'],
    [
      'much is slow',
      { ...shortPages, order: found('create_time'), dates: found('unusable') },
      '3 of 4 findings make the exporter slower',
    ],
  ])('is said in short where %s, and at length once it is opened', async (_, profile, summary) => {
    const page = await pageOf(profile);
    expect(page).toContain(`<summary><bdi>prod</bdi>: ${summary}</summary>`);
    const count = Number(/^\d/.exec(summary)?.[0] ?? 0);
    expect(page.split('<span class="state bad">slower</span>')).toHaveLength(count + 1);
    expect(page.split('<li><bdi>')).toHaveLength(Object.keys(profile).length + 1);
  });

  test('is not spoken of before it has been tried', async () => {
    expect(await pageOf({})).not.toContain('How SecMaster behaves');
  });

  test('is escaped', async () => {
    const page = await pageOf({ offset: found('ignored', 'refused: <script>') }, '<b>');
    expect(page).not.toContain('refused: <script>');
    expect(page).toContain('<details id="profile-&lt;b&gt;">');
  });
});

test('with status.recent_runs 0, the status has no runs and the page says why', async () => {
  const confidential = app([report()], 0);
  expect(await (await confidential.request('/api/v1/status')).json()).toMatchObject({
    failed_runs: null,
    open_runs: null,
  });
  expect(await (await confidential.request('/')).text()).toContain('status.recent_runs is 0');
});

test.each(['PUT', 'POST'])(
  '/-/reload with %s says that the configuration has been reloaded, or what is wrong with it',
  async (method) => {
    const good = await app().request('/-/reload', { method });
    expect([good.status, await good.text()]).toEqual([200, 'configuration reloaded\n']);
    const lines = ['a: is missing', 'b: is wrong'];
    const bad = await app([], 2, { reload: async () => ({ isApplied: false, lines }) }).request('/-/reload', {
      method,
    });
    expect([bad.status, await bad.text()]).toEqual([400, 'a: is missing\nb: is wrong\n']);
    const partly = app([], 2, { reload: async () => ({ isApplied: true, lines: ['a needs a restart'] }) });
    const response = await partly.request('/-/reload', { method });
    expect([response.status, await response.text()]).toEqual([200, 'configuration reloaded\na needs a restart\n']);
  },
);

test.each(['GET', 'HEAD', 'DELETE', 'PATCH', 'OPTIONS'])('/-/reload reloads nothing for %s', async (method) => {
  let reloads = 0;
  const reload = async () => ({ isApplied: true, lines: [`${++reloads}`] });
  expect((await app([], 2, { reload }).request('/-/reload', { method })).status).toBe(405);
  expect(reloads).toBe(0);
});

test('anything else is not found', async () => {
  expect((await app().request('/nowhere')).status).toBe(404);
  expect((await app().request('/nowhere', { method: 'POST' })).status).toBe(404);
});

const pages = ['/', '/metrics', '/api/v1/status', '/-/healthy', '/-/ready', '/-/status.css', '/-/status.js'];

test.each(pages)('%s refuses other methods than GET and HEAD, and says so', async (path) => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND']) {
    const response = await app().request(path, { method });
    expect([method, response.status, response.headers.get('allow')]).toEqual([method, 405, 'GET, HEAD']);
  }
});

test('/-/reload names the methods that it takes', async () => {
  const response = await app().request('/-/reload');
  expect([response.headers.get('allow'), await response.text()]).toEqual([
    'PUT, POST',
    'method not allowed; use PUT, POST\n',
  ]);
});

test.each(pages)('HEAD %s answers as GET does, and makes nothing for it', async (path) => {
  const reports = () => {
    throw new Error('asked for');
  };
  const scrape = reports;
  const asked = path === '/-/ready' ? app() : app([], 2, { exposition: { scrape }, reports });
  const [head, get] = await Promise.all([asked.request(path, { method: 'HEAD' }), app().request(path)]);
  expect([head.status, await head.text()]).toEqual([get.status, '']);
  const headers = (response: Response) => [...response.headers].filter(([name]) => name !== 'content-length');
  expect(headers(head)).toEqual(headers(get));
});

describe('/-/reload in a browser', () => {
  test.each<[string, Record<string, string>, number]>([
    ['a program, which says nothing', {}, 200],
    ['a page of the exporter', { origin: 'http://exporter:19210' }, 200],
    ['a page of the exporter, which a new browser says', { 'sec-fetch-site': 'same-origin', origin: 'http://e' }, 200],
    ['its user', { 'sec-fetch-site': 'none' }, 200],
    [
      'a page behind a proxy that passes the name on',
      { origin: 'https://soc.example.com', 'x-forwarded-host': 'soc.example.com, inner' },
      200,
    ],
    ['a page of the exporter in an old browser', { referer: 'http://exporter:19210/?x' }, 200],
    ['a page of another origin', { origin: 'https://evil.example.com' }, 403],
    ['a page of another origin in an old browser', { referer: 'https://evil.example.com/exporter:19210' }, 403],
    ['a page of another port', { origin: 'http://exporter:8080' }, 403],
    ['a page without origin', { origin: 'null' }, 403],
    ['a page with a strange origin', { origin: '://' }, 403],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a page of a neighbour', { 'sec-fetch-site': 'same-site', origin: 'http://exporter:19210' }, 403],
  ])('%s', async (_, headers, status) => {
    let reloads = 0;
    const reload = async () => ({ isApplied: true, lines: [`${++reloads}`] });
    const asked = app([], 2, { reload }).request('/-/reload', {
      method: 'POST',
      headers: { host: 'exporter:19210', ...headers },
    });
    expect((await asked).status).toBe(status);
    expect(reloads).toBe(status === 200 ? 1 : 0);
  });
});

test('the status and the page name this replica, the others, and who polls a workspace', async () => {
  const reports = [
    report({ lease: { isHeld: false, holder: 'pod-b' } }),
    report({ workspace: 'lab', lease: { isHeld: false, holder: null } }),
  ];
  const others = [
    { name: 'pod-b', scrapedAgoMs: 12_500 },
    { name: 'pod-c', scrapedAgoMs: null },
  ];
  const replicated = app(reports, 2, { replicas: () => ({ name: 'pod-a', others }) });
  const status = await (await replicated.request('/api/v1/status')).json();
  expect(status).toMatchObject({
    replica: 'pod-a',
    other_replicas: [
      { replica: 'pod-b', scraped_seconds_ago: 12.5 },
      { replica: 'pod-c', scraped_seconds_ago: null },
    ],
    workspaces: [{ polled_by: 'pod-b' }, { polled_by: null }],
  });
  const page = await (await replicated.request('/')).text();
  expect(page).toContain(
    'This replica is <bdi>pod-a</bdi>. Others: <bdi>pod-b</bdi> (scraped 12 s ago), <bdi>pod-c</bdi> (not scraped yet).',
  );
  expect(page).toContain('polled by <bdi>pod-b</bdi>');
  expect(page).toContain('polled by no replica');
  expect(page).toContain('3 polls since the ledger was created');
});

test('without other replicas nothing is said of them', async () => {
  const status = await (await app().request('/api/v1/status')).text();
  expect(status).not.toMatch(/replica|polled_by/);
  expect(await (await app().request('/')).text()).not.toMatch(/replica|polled by/);
});
