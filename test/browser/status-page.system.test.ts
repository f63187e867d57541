import { type AxeResults, source as axeSource } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { readDocuments } from '../../src/commands/documents.ts';
import { documentPages } from '../../src/http/documents/documents.ts';
import { listen } from '../../src/http/listen.ts';
import { createLog } from '../../src/log.ts';
import { type Details, noDetails } from '../../src/model/instance.ts';
import type { WorkspaceReport } from '../../src/model/report.ts';
import { labelText } from '../../src/model/text.ts';
import { inForm } from '../support/form.ts';
import { appOf } from '../support/http/app.ts';
import { emptySnapshot, goodPoll, report, shortPages } from '../support/metrics/report.ts';

/** The status page in a real browser, Debian's Chromium. */

const documents = documentPages(readDocuments(createLog('error', 'json').log), '1.2.3');

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-sync'],
  });
});
afterAll(() => browser.close());

/** The exporter's pages over the reports as they are at each request. */
async function serve(reports: () => readonly WorkspaceReport[]) {
  const consoleUrl = () => 'https://console.example.com/{region}/#{workspace_id}';
  const app = appOf({ reports, recentRuns: () => 50, consoleUrl, documents });
  const { port, close } = await listen(app, { host: '127.0.0.1', port: 0 });
  let isOpen = true;
  const stop = async () => {
    if (isOpen) await close();
    isOpen = false;
  };
  onTestFinished(stop);
  return { url: `http://127.0.0.1:${port}/`, stop };
}

/** A page of the browser, with what went wrong in it. */
async function open(url: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('dialog', (dialog) => errors.push(`dialog: ${dialog.message()}`));
  await page.clock.install();
  await page.goto(url);
  return { page, errors };
}

const atMs = Date.parse('2026-07-18T12:00:00Z');
const inWindow = (status: string, instances: number) => ({
  labels: { playbook: 'Isolate host', trigger_type: 'EVENT', status },
  instances,
  retries: 0,
});
const snapshot = {
  ...emptySnapshot,
  openInstances: 2,
  window: [inWindow('FAILED', 3), inWindow('FINISHED', 41_000), inWindow('RUNNING', 2)],
};
const inList = (label: string, playbookId: string, isEnabled: boolean | null, lastStartMs: number | null) => ({
  playbookId,
  name: label,
  label,
  isEnabled,
  dataclass: { id: 'alert', name: 'Alert' },
  lastStartMs,
  lastSeenMs: lastStartMs,
});
const listed = [
  inList('Block an address at the firewall', '1b2c3d5e-7aaf-4732-baaf-46c1bb11dc8f', true, null),
  inList('Isolate host', '2b2c3d5e-7aaf-4732-baaf-46c1bb11dc8f', true, atMs - 60_000),
  inList('Odd', '3b2c3d5e-7aaf-4732-baaf-46c1bb11dc8f', null, null),
  inList('Of last year', '4b2c3d5e-7aaf-4732-baaf-46c1bb11dc8f', false, atMs - 40 * 86_400_000),
];
const details: Details = {
  name: 'ISOLATE-20260718115825',
  dataobjectId: '2462e8c3-e393-4af9-93b6-fe424c0b4e39',
  defenseId: 'd-host',
  dataclass: { id: 'e410ae50-43fa-343e-807a-a2a9edb8018e', name: 'Alert' },
  workflow: { id: '4a6fe02f-b4b4-3b5f-8a11-6f22229e18db', name: 'Isolate a host', version: 'v2', versionId: 'v-2' },
};
const failedRun = {
  instanceId: '8eed56de-7aaf-4732-baaf-46c1bb11dc8f',
  attempt: 2,
  playbook: 'Isolate host',
  triggerType: 'EVENT',
  status: 'RETRYING',
  startTimeMs: atMs - 95_000,
  failedMs: atMs,
  details,
  nodes: [{ name: 'Isolate', error: 'host is offline' }],
};
const dayBars = (playbook: string, runs: number, failed: (hoursAgo: number) => number) =>
  Array.from({ length: 24 }, (_, i) => 23 - i).map((hoursAgo) => ({
    playbook,
    hourMs: atMs - hoursAgo * 3_600_000,
    ended: runs + ((hoursAgo * 7) % 5) * Math.ceil(runs / 4),
    failed: failed(hoursAgo),
  }));
const group = (playbook: string, triggerType = 'EVENT') => ({ playbook, trigger_type: triggerType });
const bucket = (le: number, count: number) => ({
  le,
  count,
  sumSeconds: 1,
  exemplar: { instanceId: 'i', seconds: 1, endTimeMs: atMs },
});
/** At three in the morning: one playbook fails, runs of another are stuck, a timer has not begun. */
const night = () =>
  report({
    snapshot: {
      ...snapshot,
      listed: [...listed, inList('Nightly report', '5b2c3d5e-7aaf-4732-baaf-46c1bb11dc8f', true, atMs - 90_000_000)],
      lastStarts: [{ labels: group('Isolate host'), atMs: atMs - 60_000 }],
      streaks: [
        { labels: group('Isolate host'), failures: 4, sinceMs: atMs - 3 * 3_600_000 },
        { labels: group('Enrich alert'), failures: 0, sinceMs: null },
      ],
      oldestOpen: [{ labels: { playbook: 'Malware analysis', status: 'RUNNING' }, startTimeMs: atMs - 9 * 3_600_000 }],
      expectedStarts: [
        { labels: group('Nightly report', 'TIMER'), atMs: atMs - 3_600_000 },
        { labels: group('Enrich alert'), atMs: atMs + 600_000 },
      ],
      durations: [
        { labels: { ...group('Enrich alert'), status: 'FINISHED' }, buckets: [bucket(30, 60), bucket(120, 40)] },
        { labels: { ...group('Isolate host'), status: 'FINISHED' }, buckets: [bucket(300, 9), bucket(Infinity, 1)] },
      ],
    },
    hours: [
      ...dayBars('Isolate host', 4, (hoursAgo) => (hoursAgo < 3 ? 2 : 0)),
      ...dayBars('Enrich alert', 400, (hoursAgo) => (hoursAgo === 11 ? 7 : 0)),
      ...dayBars('Malware analysis', 1, () => 0).slice(0, 9),
    ],
    failedRuns: [failedRun, { ...failedRun, instanceId: '7eed56de-7aaf-4732-baaf-46c1bb11dc8f', nodes: null }],
    openRuns: [
      { ...openRun, startTimeMs: atMs - 9 * 3_600_000 },
      openRun,
      {
        ...openRun,
        instanceId: '1c1c2d3e-7aaf-4732-baaf-46c1bb11dc8f',
        status: 'RETRYING',
        startTimeMs: atMs - 60_000,
        retryCount: 2,
      },
    ],
  });
const openRun = {
  instanceId: '9b1c2d3e-7aaf-4732-baaf-46c1bb11dc8f',
  playbook: 'Malware analysis',
  triggerType: 'MANUAL',
  status: 'RUNNING',
  startTimeMs: atMs - 5 * 3_600_000,
  retryCount: 0,
  details: { ...noDetails, workflow: { id: 'w-2', name: null, version: null, versionId: 'v-9' } },
};
const refused = {
  endedMs: atMs,
  durationSeconds: 1,
  requests: 1,
  error:
    'list_instances: 403 20010001 (Invalid workspace ID.): the workspace does not exist in this project: check workspace_id and project_id',
};
const hostile = {
  script: '<script>window.hacked = 1; alert(1)</script><img src=x onerror="alert(2)">',
  rightToLeft: '\u202eتحليل البرمجيات الخبيثة',
  long: 'x'.repeat(10_000),
};

/** As short as rows have it. */
const saying = (text: string): Details => saysEverywhere(labelText(text));

const saysEverywhere = (text: string): Details => ({
  name: text,
  dataobjectId: text,
  defenseId: text,
  dataclass: { id: text, name: text },
  workflow: { id: text, name: text, version: text, versionId: text },
});

const healthy = () => report({ snapshot, failedRuns: [failedRun], openRuns: [openRun] });
const worlds: [string, WorkspaceReport[]][] = [
  ['healthy', [healthy()]],
  ['failing', [report({ snapshot, polls: { ...goodPoll, last: refused, recent: [refused] } })]],
  ['a bad night', [night()]],
  [
    'a bad night, and polls fail',
    [night(), report({ workspace: 'lab', polls: { ...goodPoll, last: refused, recent: [refused] } })],
  ],
  [
    'quiet',
    [
      report({
        snapshot: { ...snapshot, streaks: [{ labels: group('Enrich alert'), failures: 0, sinceMs: null }] },
        hours: dayBars('Enrich alert', 40, (hoursAgo) => Number(hoursAgo === 11)),
      }),
    ],
  ],
  [
    'many playbooks',
    [
      report({
        snapshot: {
          ...snapshot,
          listed: Array.from({ length: 250 }, (_, i) =>
            inList(`Playbook ${i}`, `p-${i}`, i % 9 > 0, atMs - i * 60_000),
          ),
        },
        hours: Array.from({ length: 250 }, (_, i) =>
          dayBars(`Playbook ${i}`, i, (hoursAgo) => Number(hoursAgo === i)),
        ).flat(),
      }),
    ],
  ],
  ['empty', [report()]],
  ['short pages', [report({ snapshot, profile: shortPages })]],
  [
    'first start',
    [report({ snapshot: null, polls: { ...goodPoll, count: 0, last: null, recent: [], lastSuccessMs: null } })],
  ],
  ['playbooks', [report({ snapshot: { ...snapshot, listed } }), report({ workspace: 'lab' })]],
  [
    'many workspaces',
    Array.from({ length: inForm(15, 50) }, (_, n) => report({ ...healthy(), workspace: `tenant-${n}` })),
  ],
  [
    'hostile names',
    Object.values(hostile).map((text) =>
      report({
        workspace: text,
        snapshot: { ...snapshot, window: [inWindow(text, 1)], listed: [inList(text, text, true, null)] },
        failedRuns: [
          {
            ...failedRun,
            playbook: text,
            nodes: [{ name: text, error: text }],
            instanceId: text,
            details: saying(text),
          },
        ],
        openRuns: [{ ...openRun, playbook: text, triggerType: text, status: text, details: saying(text) }],
        polls: { ...goodPoll, last: { ...refused, error: text }, recent: [{ ...refused, error: text }] },
      }),
    ),
  ],
];

const screens: [string, BrowserContextOptions][] = [
  ['a laptop, light', { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }],
  ['a laptop, dark', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }],
  ['a phone, light', { viewport: { width: 375, height: 700 }, colorScheme: 'light' }],
  ['a phone, dark', { viewport: { width: 375, height: 700 }, colorScheme: 'dark' }],
];

async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const results = (await page.evaluate('axe.run()')) as AxeResults;
  expect(results.passes.length).toBeGreaterThan(10);
  return results.violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html}`);
}

describe.each(screens)('on %s', (screen, options) => {
  test.each(worlds)('%s: readable for everybody, nothing beyond the edge, no error', async (world, reports) => {
    const { page, errors } = await open((await serve(() => reports)).url, options);
    for (const details of await page.locator('summary').all()) if (reports.length < 5) await details.click();
    expect(await findings(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(errors).toEqual([]);
    const folder = process.env.SCREENSHOTS;
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${world}, ${screen}.png`, fullPage: true });
  });
});

describe.each(screens)('on %s', (screen, options) => {
  test.each(['runbooks/', 'runbooks/SecMasterPlaybookFailing', 'docs/alerts', 'docs/deploying'])(
    '/%s: readable for everybody, nothing beyond the edge, no error',
    async (path) => {
      const { page, errors } = await open(`${(await serve(() => [])).url}${path}`, options);
      expect(await findings(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      expect(errors).toEqual([]);
      const folder = process.env.SCREENSHOTS;
      if (folder !== undefined) await page.screenshot({ path: `${folder}/${path.replace('/', ' ')}, ${screen}.png` });
    },
  );
});

test('code in a document flows with its sentence', async () => {
  const { page } = await open(`${(await serve(() => [])).url}docs/troubleshooting`);
  const displays = await page.evaluate(
    `[...document.querySelectorAll('td code')].map((one) => getComputedStyle(one).display)`,
  );
  expect(new Set(displays as string[])).toEqual(new Set(['inline']));
});

test('what SecMaster says is shown as it is and run by nobody', async () => {
  const [, reports = []] = worlds.find(([name]) => name === 'hostile names') ?? [];
  const { page, errors } = await open((await serve(() => reports)).url);
  expect(await page.locator('td strong').allInnerTexts()).toEqual(Object.values(hostile));
  expect(await page.evaluate('[window.hacked, document.images.length, document.scripts.length]')).toEqual([
    undefined,
    0,
    1,
  ]);
  expect(errors).toEqual([]);
});

test.each([640, 1024, 1280])('at %d pixels one long word leaves the times and ids beside it whole', async (width) => {
  const error = 'y'.repeat(900);
  const runs = [{ ...failedRun, nodes: [{ name: 'Isolate', error }] }];
  const { url } = await serve(() => [report({ snapshot, failedRuns: runs, openRuns: [openRun] })]);
  const { page } = await open(url, { viewport: { width, height: 800 } });
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  const broken = await page.evaluate(`[...document.querySelectorAll('td time, td .copy, td code')].filter((one) => {
    const { height } = one.getBoundingClientRect();
    const lines = Math.round(height / parseFloat(getComputedStyle(one).lineHeight));
    return lines > { TIME: 2, BUTTON: 1, CODE: 4 }[one.tagName];
  }).map(({ outerHTML }) => outerHTML)`);
  expect(broken).toEqual([]);
});

test('without JavaScript all of it is there', async () => {
  const { page } = await open((await serve(() => [healthy()])).url, { javaScriptEnabled: false });
  for (const text of [
    '1 run stuck',
    'Times are in UTC.',
    '2026-07-18 12:00:00 UTC',
    '12 s ago',
    'host is offline',
    failedRun.instanceId,
    '5 h',
    openRun.instanceId,
    'ISOLATE-20260718115825',
    'workflow Isolate a host v2',
    'Alert',
    '2462e8c3-e393-4af9-93b6-fe424c0b4e39',
    'defense layer d-host',
    'workflow w-2 v-9',
  ]) {
    expect(await page.locator('main').innerText()).toContain(text);
  }
});

test('it refreshes itself, keeps open what was opened, and says so when the exporter is gone', async () => {
  let reports = [healthy()];
  const { url, stop } = await serve(() => reports);
  const { page } = await open(url, { timezoneId: 'Europe/Berlin' });
  await page.locator('summary').first().click();
  await page.evaluate('document.activeElement.blur()');
  reports = [report({ ...healthy(), polls: { ...goodPoll, last: refused, recent: [refused] } })];
  await page.clock.runFor(15_000);
  await page.getByText('✗ Polls failing').waitFor();
  expect(await page.title()).toBe('(polls failing, 1 stuck) secmaster-exporter');
  expect(await page.locator('details[open] td').first().innerText()).toBe('2026-07-18 14:00:00');
  await stop();
  await page.clock.runFor(15_000);
  await page.getByText('The exporter does not respond. This page is from').waitFor();
});

test('the keyboard reaches every link and every list of polls, and nothing moves away from under it', async () => {
  let reports = [healthy()];
  const { page } = await open((await serve(() => reports)).url);
  const reached: string[] = [];
  for (let i = 0; i < 15; i++) {
    await page.keyboard.press('Tab');
    reached.push((await page.evaluate('document.activeElement.textContent')) as string);
  }
  expect(reached.map((text) => text.trim())).toEqual([
    'Metrics',
    'Status as JSON',
    'Ready',
    'Runbooks',
    'Documentation',
    // The filter has no text.
    '',
    'Filter',
    'Copy data object',
    'Copy instance id',
    `Console for ${failedRun.instanceId}`,
    'Copy instance id',
    `Console for ${openRun.instanceId}`,
    'Console for prod',
    'prod: 3 polls since the exporter started',
    'Show',
  ]);
  await page.keyboard.press('Enter');
  expect(await page.locator('details[open]').count()).toBe(1);
  reports = [report({ workspace: 'another' })];
  await page.clock.runFor(75_001);
  expect(await page.locator('td strong').innerText()).toBe('prod');
  expect(await page.locator('#stale').innerText()).toContain('It is not refreshed while something on it has the focus');
  await page.evaluate('document.activeElement.blur()');
  await page.clock.runFor(15_000);
  await page.getByText('another', { exact: true }).first().waitFor();
  expect(await page.locator('#stale').isVisible()).toBe(false);
});

test('times are in the zone of the reader, with UTC beside them', async () => {
  const { page } = await open((await serve(() => [night()])).url, { timezoneId: 'Asia/Shanghai' });
  const due = page.locator('.why time').last();
  expect(await due.innerText()).toBe('2026-07-18 19:00:00');
  expect(await due.getAttribute('title')).toBe('2026-07-18 11:00:00 UTC');
  expect(await page.locator('#zone').innerText()).toBe(
    'Times are in the zone Asia/Shanghai (GMT+8); point at one to see it in UTC.',
  );
});

test('a phone, which points at nothing, is told the offset of its zone', async () => {
  const phone = { timezoneId: 'Asia/Kabul', viewport: { width: 375, height: 700 }, isMobile: true, hasTouch: true };
  const { page } = await open((await serve(() => [night()])).url, phone);
  expect(await page.locator('#zone').innerText()).toBe('Times are in the zone Asia/Kabul (GMT+4:30).');
});

describe('the filter', () => {
  const names = (page: Page) => page.locator('section[aria-labelledby=playbooks] td:first-child b').allInnerTexts();

  test('finds while one types, and stays when the page refreshes', async () => {
    const { page, errors } = await open((await serve(() => [night()])).url);
    expect((await names(page)).length).toBeGreaterThan(5);
    await page.locator('#q').pressSequentially('malware');
    await page.clock.runFor(250);
    await page.getByText('1 of 7 match the filter').waitFor();
    expect(await names(page)).toEqual(['Malware analysis']);
    await page.clock.runFor(15_000);
    expect(await names(page)).toEqual(['Malware analysis']);
    expect(new URL(page.url()).search).toBe('?q=malware');
    expect(errors).toEqual([]);
  });

  test('works without JavaScript', async () => {
    const { page } = await open((await serve(() => [night()])).url, { javaScriptEnabled: false });
    await page.locator('#q').fill('malware');
    await page.getByRole('button', { name: 'Filter' }).click();
    expect(await names(page)).toEqual(['Malware analysis']);
    expect(await page.locator('button.copy').first().isVisible()).toBe(false);
  });
});

test.each([
  ['by the browser', 'true'],
  ['the old way, as on a page without TLS', 'Object.defineProperty(navigator, "clipboard", { value: undefined })'],
])('an id is copied %s', async (_, prepare) => {
  const { page, errors } = await open((await serve(() => [healthy()])).url, {
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const clipboard = await page.evaluateHandle('navigator.clipboard');
  await page.evaluate(prepare);
  await page.getByRole('button', { name: 'Copy instance id' }).first().click();
  await page.locator('#said').getByText('Copied', { exact: true }).waitFor({ state: 'attached' });
  expect(await clipboard.evaluate((one: { readText(): Promise<string> }) => one.readText())).toBe(failedRun.instanceId);
  await page.clock.runFor(2_000);
  expect(await page.locator('button.copy').first().innerText()).toContain('Copy');
  expect(errors).toEqual([]);
});
