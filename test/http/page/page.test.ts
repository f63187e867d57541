import { describe, expect, test } from 'vitest';
import { noDetails } from '../../../src/model/instance.ts';
import type { WorkspaceReport } from '../../../src/model/report.ts';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import { appOf } from '../../support/http/app.ts';
import { emptySnapshot, goodPoll, report } from '../../support/metrics/report.ts';

const { nowMs, polls } = report();
const asOf = polls.lastSuccessMs ?? nowMs;
const hourMs = 3_600_000;
const labels = (playbook = 'Isolate host') => ({ playbook, trigger_type: 'EVENT' });
const failing = (playbook: string, failures: number) => ({
  labels: labels(playbook),
  failures,
  sinceMs: asOf - hourMs,
});
const stuck = { labels: { playbook: 'Malware analysis', status: 'RUNNING' }, startTimeMs: asOf - 5 * hourMs };
const due = { labels: labels('Nightly report'), atMs: asOf - hourMs };
const run = {
  instanceId: 'i-1',
  playbook: 'Isolate host',
  triggerType: 'EVENT',
  status: 'FAILED',
  startTimeMs: asOf - 5_000,
  details: noDetails,
};
const failedRun = { ...run, attempt: 1, failedMs: asOf, nodes: [{ name: 'Isolate', error: 'host is <offline>' }] };
const openRun = (instanceId: string, hours: number, status = 'RUNNING') => ({
  ...run,
  instanceId,
  playbook: 'Malware analysis',
  status,
  startTimeMs: asOf - hours * hourMs,
  retryCount: 0,
});
const refused = { endedMs: asOf, durationSeconds: 1, requests: 1, error: 'list_instances: 403: <grant it>' };
const starting = { snapshot: null, polls: { ...goodPoll, last: null, recent: [], lastSuccessMs: null } };

function reportOf(snapshot: Partial<Snapshot>, fields: Partial<WorkspaceReport> = {}): WorkspaceReport {
  return report({ snapshot: { ...emptySnapshot, ...snapshot }, ...fields });
}

async function pageOf(reports: readonly WorkspaceReport[], query = '', recentRuns = 10): Promise<string> {
  const app = appOf({ reports: () => reports, recentRuns: () => recentRuns, consoleUrl: () => null });
  return (await app.request(`/${query}`)).text();
}

const plain = (page: string) =>
  page
    .replaceAll('</td>', ' ')
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
const verdictOf = (page: string) => /<h2 id="verdict"[^>]*>([^<]*)</.exec(page)?.[1];
const titleOf = (page: string) => /<title>([^<]*)</.exec(page)?.[1];
const reasonsOf = (page: string) =>
  [...(/<ul class="why">(.*?)<\/ul>/s.exec(page)?.[1] ?? '').matchAll(/<li>(.*?)<\/li>/gs)].map(([, li = '']) =>
    plain(li),
  );

describe('the verdict comes first', () => {
  test.each<[string, readonly WorkspaceReport[], string, string]>([
    ['nothing is wrong', [report()], '✓ Nothing is failing, stuck or overdue', ''],
    ['there is no workspace', [], '… No workspace yet', ''],
    ['no poll has ended', [report(starting)], '… Starting: the first poll has not ended', ''],
    [
      'history is still being read',
      [reportOf({ windowComplete: false })],
      '… Nothing known to be failing, stuck or overdue; history is still being read',
      '',
    ],
    ['polls fail', [reportOf({}, { polls: { ...goodPoll, last: refused } })], '✗ Polls failing', '(polls failing) '],
    [
      'polls of one of two workspaces fail',
      [reportOf({}, { polls: { ...goodPoll, last: refused } }), report({ workspace: 'lab' })],
      '✗ Polls failing in 1 of 2 workspaces',
      '(polls failing) ',
    ],
    [
      'much is wrong',
      [
        reportOf(
          { streaks: [failing('A', 1), failing('B', 2)], oldestOpen: [stuck], expectedStarts: [due] },
          { openRuns: [openRun('i-1', 5), openRun('i-2', 6), openRun('i-3', 1, 'RETRYING')] },
        ),
      ],
      '✗ 2 playbooks failing, 2 runs stuck, 1 playbook overdue',
      '(2 failing, 2 stuck, 1 overdue) ',
    ],
    [
      'more runs are stuck than are known one by one',
      [reportOf({ oldestOpen: [stuck] }, { openRuns: Array.from({ length: 10 }, (_, i) => openRun(`i-${i}`, 6)) })],
      '✗ At least 10 runs stuck',
      '(10+ stuck) ',
    ],
  ])('where %s', async (_, reports, verdict, title) => {
    const page = await pageOf(reports);
    expect([verdictOf(page), titleOf(page)]).toEqual([verdict, `${title}secmaster-exporter`]);
  });

  test('where runs are confidential', async () => {
    expect(verdictOf(await pageOf([reportOf({ oldestOpen: [stuck] })], '', 0))).toBe('✗ Runs stuck in 1 playbook');
  });

  test('then why, the most urgent first, with what SecMaster said and the runbook', async () => {
    const reports = [
      reportOf(
        {
          streaks: [failing('Enrich', 1), failing('Isolate host', 4)],
          oldestOpen: [stuck],
          expectedStarts: [due],
        },
        { failedRuns: [failedRun], openRuns: [openRun('i-1', 5), openRun('i-2', 6)] },
      ),
      report({ workspace: 'lab', polls: { ...goodPoll, last: refused, lastSuccessMs: null } }),
    ];
    const page = await pageOf(reports);
    expect(reasonsOf(page)).toEqual([
      'lab: polls fail; none has succeeded yet. list_instances: 403: <grant it> Runbook',
      'Isolate host in prod: 4 failures in a row since 2026-07-18 11:00:00 UTC. Isolate: host is <offline> Runbook',
      'Enrich in prod: 1 failure in a row since 2026-07-18 11:00:00 UTC. Runbook',
      'Malware analysis in prod: 2 runs have been open for more than 4 hours, the oldest since 2026-07-18 07:00:00 UTC. Runbook',
      'Nightly report in prod: no run has begun that was due by 2026-07-18 11:00:00 UTC. Runbook',
    ]);
    for (const alert of ['PollFailing', 'PlaybookFailing', 'InstanceStuck', 'PlaybookSilent'])
      expect(page).toContain(`href="runbooks/SecMaster${alert}"`);
    expect(page).toContain('href="?q=Isolate+host"');
  });

  test('with how many runs of a playbook are stuck at least', async () => {
    const openRuns = Array.from({ length: 10 }, (_, i) => openRun(`i-${i}`, 6));
    expect(reasonsOf(await pageOf([reportOf({ oldestOpen: [stuck] }, { openRuns })]))).toEqual([
      'Malware analysis: at least 10 runs have been open for more than 4 hours, the oldest since 2026-07-18 07:00:00 UTC. Runbook',
    ]);
  });

  test('with as much of a long message as leaves the next reason in sight; the list has all of it', async () => {
    const error = 'x'.repeat(1_000);
    const failedRuns = [{ ...failedRun, nodes: [{ name: 'Isolate', error }] }];
    const page = await pageOf([reportOf({ streaks: [failing('Isolate host', 4)] }, { failedRuns })]);
    expect(reasonsOf(page)[0]).toContain(`Isolate: ${'x'.repeat(239)}… Runbook`);
    expect(page).toContain(`<bdi>${error}</bdi>`);
  });

  test('of many reasons the first', async () => {
    const page = await pageOf([reportOf({ streaks: Array.from({ length: 12 }, (_, i) => failing(`P${i}`, i + 1)) })]);
    expect(reasonsOf(page)).toHaveLength(8);
    expect(reasonsOf(page)[0]).toContain('P11: 12 failures in a row');
    expect(page).toContain('And 4 more, in the lists below.');
  });
});

describe('what has not been read is not said to be none', () => {
  const failed = { snapshot: null, polls: { ...goodPoll, last: refused, recent: [refused], lastSuccessMs: null } };
  const sectionOf = (page: string, id: string) =>
    plain(new RegExp(`id="${id}".*?</section>`, 's').exec(page)?.[0] ?? '').replace(/^.*?>/, '');

  test.each([
    ['before the first poll has ended', starting, '… starting'],
    ['where none has succeeded', failed, '✗ failing list_instances: 403: <grant it>'],
  ])('%s', async (_, fields, state) => {
    const page = await pageOf([report(fields)]);
    expect(sectionOf(page, 'open')).toBe('Stuck and retrying runs None is known yet. ');
    expect(sectionOf(page, 'workspaces')).toContain(
      `prod eu-west-101 ${state} none yet not known yet not known yet not read yet`,
    );
  });

  test('in one of two workspaces', async () => {
    const page = await pageOf([report(), report({ workspace: 'lab', ...failed })]);
    expect(sectionOf(page, 'open')).toBe(
      'Stuck and retrying runs No run in the workspaces read so far is being retried or has been open for more than 4 hours. ',
    );
  });

  test('without a workspace', async () => {
    const page = await pageOf([]);
    expect(sectionOf(page, 'workspaces')).toBe('Workspaces No workspace is known yet. ');
    expect(page).not.toContain('Recent polls');
  });

  test('what has been read and is none is', async () => {
    const page = await pageOf([report()]);
    expect(sectionOf(page, 'open')).toBe(
      'Stuck and retrying runs No run is being retried or has been open for more than 4 hours. ',
    );
    expect(sectionOf(page, 'workspaces')).toContain('none 0 read');
  });
});

const rowsOf = (page: string) =>
  [...(/id="playbooks".*?<\/section>/s.exec(page)?.[0] ?? '').matchAll(/<tr role="row"><td.*?<\/tr>/gs)].map(([row]) =>
    plain(row).trim(),
  );
const hour = (hoursAgo: number, ended: number, failed: number) => ({
  playbook: 'Isolate host',
  hourMs: asOf - hoursAgo * hourMs,
  ended,
  failed,
});

describe('playbooks', () => {
  test('stand one to a row, the most urgent first', async () => {
    const one = { dataclass: null, lastStartMs: null, lastSeenMs: asOf, isEnabled: true };
    const listed = ['Disabled', 'Idle', 'Isolate host', 'Silent'].map((name) => ({
      ...one,
      playbookId: name,
      name,
      label: name,
      isEnabled: name !== 'Disabled',
      lastSeenMs: name === 'Silent' ? null : asOf,
    }));
    const snapshot = { listed, streaks: [failing('Enrich', 3)], oldestOpen: [stuck], expectedStarts: [due] };
    const rows = rowsOf(await pageOf([reportOf(snapshot, { hours: [hour(0, 3, 0)] })]));
    expect(rows.map((row) => row.replace(/(none ended|not known).*/, ''))).toEqual([
      'Enrich ✗ failing 3 in a row, since 2026-07-18 11:00:00 UTC ',
      'Malware analysis ✗ stuck open since 2026-07-18 07:00:00 UTC ',
      'Nightly report ✗ overdue since 2026-07-18 11:00:00 UTC ',
      'Silent ✗ silent enabled, without a run within the retention ',
      'Isolate host ✓ working 3 ended, none failed ',
      'Idle – idle ',
      'Disabled – disabled ',
    ]);
  });

  test('have their last 24 hours drawn up to the last poll, and told to who cannot see them', async () => {
    const hours = [hour(24, 9, 9), hour(23, 1_000, 1), hour(1, 10, 0), hour(0, 4, 2)];
    const page = await pageOf([reportOf({}, { hours, nowMs: asOf + 5 * hourMs })]);
    expect(page).toContain('aria-label="Runs by the hour: 2 of 4 failed in this hour, 1 of 1000 failed 23 hours ago."');
    expect(page).toContain('<path class="ended" d="M0 28v-28h4v28zM110 28v-3h4v3zM115 28v-3h4v3z"/>');
    expect(page).toContain(
      '<path class="failed" d="M0 28v-3h4v3z"><title>1 of 1000 failed 23 hours ago</title></path>',
    );
    expect(page).not.toContain('9 of 9');
  });

  test('say that runs are missing while the history has not been read', async () => {
    const page = plain(await pageOf([reportOf({ windowComplete: false }, { hours: [hour(0, 4, 2)] })]));
    expect(page).toContain('The history has not been read completely');
    expect(page).toContain('4 ended, 2 failed so far');
    expect(page).toContain('… reading history');
    expect(page).not.toContain('✓ working');
  });

  test('have the label that their series have', async () => {
    const listed = { name: 'Same', isEnabled: true, dataclass: null, lastStartMs: asOf, lastSeenMs: asOf };
    const both = ['Same', 'Same (3e966553)'].map((label) => ({ ...listed, label, playbookId: label }));
    expect(rowsOf(await pageOf([reportOf({ listed: both })])).map((row) => row.split(' –')[0])).toEqual([
      'Same',
      'Same (3e966553)',
    ]);
  });

  test('are at most 100, unless more are asked for', async () => {
    const streaks = Array.from({ length: 150 }, (_, i) => ({ ...failing(`P${i}`, 0), sinceMs: null }));
    const short = await pageOf([reportOf({ streaks })]);
    expect(rowsOf(short)).toHaveLength(100);
    expect(plain(short)).toContain('And 50 more: filter for them, or show up to 2000.');
    expect(short).toContain('href="?all=1"');
    expect(rowsOf(await pageOf([reportOf({ streaks })], '?all=1'))).toHaveLength(150);
  });
});

describe('the filter', () => {
  const reports = [
    reportOf(
      { streaks: [failing('Isolate host', 4), failing('Enrich', 0)], oldestOpen: [stuck] },
      { failedRuns: [failedRun], openRuns: [openRun('i-9', 5)] },
    ),
  ];
  const found = async (q: string) => {
    const page = await pageOf(reports, `?q=${encodeURIComponent(q)}`);
    return [rowsOf(page).map((row) => row.split(' ')[0]), page.includes('>i-1</code>'), page.includes('>i-9</code>')];
  };

  test.each<[string, string, string[], boolean, boolean]>([
    ['nothing', ' ', ['Isolate', 'Malware', 'Enrich'], true, true],
    ['a name in any case', 'iSOLATE', ['Isolate'], true, false],
    ['a state', 'stuck', ['Malware'], false, true],
    ['a workspace', 'prod', ['Isolate', 'Malware', 'Enrich'], true, true],
    ['an instance', 'i-9', [], false, true],
    ['what a node said', 'offline', [], true, false],
    ['several words', 'failing host', ['Isolate'], false, false],
    ['what is nowhere', 'nowhere', [], false, false],
  ])('shows what contains %s', async (_, q, rows, hasFailed, hasOpen) => {
    expect(await found(q)).toEqual([rows, hasFailed, hasOpen]);
  });

  test('says how many match, keeps what was asked for, and leaves the verdict as it is', async () => {
    const page = await pageOf(reports, '?q=%22%3E%3Cb%3E');
    expect(verdictOf(page)).toBe('✗ 1 playbook failing, 1 run stuck');
    expect(plain(page)).toContain('Playbooks 0 of 3 match the filter; show all');
    expect(plain(page)).toContain('Failed runs 0 of 1 match the filter');
    expect(page).toContain('value="&quot;&gt;&lt;b&gt;"');
    expect(page).toContain('<a href="./">show all</a>');
  });

  test('works with the content security policy', async () => {
    const response = await appOf({}).request('/');
    expect(response.headers.get('content-security-policy')).toContain("form-action 'self'");
  });
});

describe('links to the console', () => {
  const console = async (pattern: string | null) => {
    const app = appOf({
      reports: () => [reportOf({}, { failedRuns: [{ ...failedRun, instanceId: 'i/1' }] })],
      recentRuns: () => 5,
      consoleUrl: () => pattern,
    });
    return [...(await (await app.request('/')).text()).matchAll(/href="(https:[^"]*)"/g)].map(([, href]) => href);
  };

  test('are absent as long as none is configured', async () => {
    expect(await console(null)).toEqual([]);
  });

  test('lead to each run and each workspace', async () => {
    const base = 'https://c.example.com/?a=1&b=eu-west-101'.replace('&', '&amp;');
    expect(await console('https://c.example.com/?a=1&b={region}')).toEqual([base, base]);
  });

  test('to runs lead to runs alone', async () => {
    expect(await console('https://c.example.com/{instance_id}')).toEqual(['https://c.example.com/i%2F1']);
  });
});
