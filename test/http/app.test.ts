import { expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import type { Exposition } from '../../src/metrics/exposition.ts';
import { goodPoll, report } from '../support/report.ts';

const exposition: Pick<Exposition, 'scrape'> = {
  scrape: async (format, encoding) => Buffer.from(`${format} ${encoding}\n`),
};

function app(reports = [report()]) {
  return createApp({ exposition, reports: () => reports, telemetryPath: '/metrics', version: '1.2.3' });
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
  const failed = report({ polls: { ...goodPoll, last: { endedMs: 1, durationSeconds: 1, error: 'refused' } } });
  const before = await app([failed, waiting]).request('/-/ready');
  expect([before.status, await before.text()]).toEqual([503, 'not polled yet: lab\n']);
  expect((await app([failed]).request('/-/ready')).status).toBe(200);
});

test('/ shows each workspace and its state, escaped', async () => {
  const failed = { endedMs: Date.parse('2026-07-18T12:00:00Z'), durationSeconds: 1, error: 'a proxy said <script>' };
  const response = await app([report({ workspace: '<b>', polls: { ...goodPoll, last: failed } })]).request('/');
  const page = await response.text();
  expect(response.headers.get('content-type')).toMatch(/^text\/html/);
  expect(page).toContain('<td>&lt;b&gt;</td>');
  expect(page).toContain('a proxy said &lt;script&gt;');
  expect(page).toContain('2026-07-18T12:00:00.000Z');
  expect(page).toContain('href="/metrics"');
});

test('anything else is not found', async () => {
  expect((await app().request('/nowhere')).status).toBe(404);
  expect((await app().request('/metrics', { method: 'POST' })).status).toBe(404);
});
