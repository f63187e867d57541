import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test, vi } from 'vitest';
import { noWebConfig, type WebConfig } from '../../src/config/web.ts';
import { listen } from '../../src/http/listen.ts';
import { type AnswerScrape, createAnswerScrape } from '../../src/http/scrape.ts';
import { fixedWeb } from '../../src/http/web.ts';
import { appOf } from '../support/http/app.ts';
import { expositionOf } from '../support/metrics/exposition.ts';
import { report } from '../support/metrics/report.ts';

const web: WebConfig = { ...noWebConfig, headers: { 'X-Frame-Options': 'SAMEORIGIN' } };
const version = 'version=1.0.0';
const openMetrics = 'application/openmetrics-text';

/** A raw request, so that nothing normalises its target. */
function ask(port: number, method: string, path: string, headers: Record<string, string>) {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  request({ port, method, path, headers: { connection: 'close', ...headers } }, async (response) => {
    const body = Buffer.concat(await response.toArray());
    const { date, ...rest } = response.headers;
    const isGzip = rest['content-encoding'] === 'gzip';
    resolve({ status: response.statusCode, headers: rest, text: (isGzip ? gunzipSync(body) : body).toString() });
  })
    .once('error', reject)
    .end();
  return promise;
}

async function serve(answers: (exposition: ReturnType<typeof expositionOf>) => AnswerScrape | undefined) {
  // Of two servers in turn: process metrics would differ.
  const exposition = expositionOf({ hasProcessMetrics: false });
  await exposition.update([report()], [1]);
  const app = appOf({ exposition, routePrefix: '/soc' });
  const place = { host: '127.0.0.1', port: 0 };
  const { port, close } = await listen(app, place, fixedWeb(web), answers(exposition));
  onTestFinished(close);
  return port;
}

test.each([
  ['a scrape in text', 'GET', '/soc/metrics', {}],
  ['a scrape in text, compressed', 'GET', '/soc/metrics', { 'accept-encoding': 'br, gzip;q=0.5' }],
  ['a scrape in OpenMetrics', 'GET', '/soc/metrics', { accept: `${openMetrics};${version}` }],
  ['a scrape with a query', 'GET', '/soc/metrics?name[]=up', { accept: `${openMetrics};${version};q=0.1,text/plain` }],
  ['a scrape as HEAD', 'HEAD', '/soc/metrics', {}],
  ['a scrape as POST', 'POST', '/soc/metrics', {}],
  ['a path that is encoded', 'GET', '/soc/%6detrics', {}],
  ['a whole URL', 'GET', 'http://localhost/soc/metrics', {}],
  ['a slash too many', 'GET', '/soc/metrics/', {}],
  ['a longer name', 'GET', '/soc/metrics2', {}],
  ['another path', 'GET', '/soc/-/healthy', {}],
  ['no path', 'GET', '*', {}],
])('%s gets the same answer the short way as from the app', async (_, method, path, headers) => {
  const long = await serve(() => undefined);
  const short = await serve((exposition) => createAnswerScrape(exposition, '/soc/metrics'));
  // Where the framework tells that it would have answered twice.
  const said = vi.spyOn(console, 'error');
  onTestFinished(() => said.mockRestore());
  const answer = await ask(short, method, path, headers);
  expect(answer).toEqual(await ask(long, method, path, headers));
  expect(answer).toMatchObject({ headers: { 'x-frame-options': 'SAMEORIGIN', 'cache-control': 'no-store' } });
  expect(said).not.toHaveBeenCalled();
});

test('a scrape that cannot be rendered ends its connection, and no other', async () => {
  const answerScrape = createAnswerScrape({ scrape: () => Promise.reject(new Error('a bug')) }, '/metrics');
  const { port, close } = await listen(appOf({}), { host: '127.0.0.1', port: 0 }, fixedWeb(web), answerScrape);
  onTestFinished(close);
  await expect(ask(port, 'GET', '/metrics', {})).rejects.toThrow();
  expect(await ask(port, 'GET', '/-/healthy', {})).toMatchObject({ status: 200 });
});
