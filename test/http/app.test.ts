import { expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { goodPoll, report } from '../support/report.ts';

const exposition = { contentType: 'text/plain; version=0.0.4; charset=utf-8', text: async () => 'x 1\n' };

function app(reports = [report()]) {
  return createApp({ exposition, reports: () => reports, telemetryPath: '/metrics', version: '1.2.3' });
}

test('/metrics hands out the exposition under its content type', async () => {
  const response = await app().request('/metrics');
  expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
    200,
    exposition.contentType,
    'x 1\n',
  ]);
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
