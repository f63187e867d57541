import { describe, expect, test } from 'vitest';
import { documentPages } from '../../src/http/documents/documents.ts';
import { appOf } from '../support/http/app.ts';

const texts = new Map([
  ['alerts.md', '# Alerts'],
  ['runbooks/A.md', '# A'],
]);
const documents = documentPages(texts, '1.2.3');
const runbooks = ['/runbooks/', '/runbooks/A', '/runbooks/A.md', '/docs/', '/docs/alerts', '/docs/alerts.md'];
const paths = ['/', '/metrics', '/api/v1/status', '/-/healthy', '/-/ready', '/-/status.css', ...runbooks];

type Answer = [status: number, location: string | null];

async function answerOf(app: ReturnType<typeof appOf>, path: string, method = 'GET'): Promise<Answer> {
  const response = await app.request(path, { method });
  return [response.status, response.headers.get('location')];
}

describe('with a route prefix', () => {
  const app = appOf({ documents, routePrefix: '/soc/x' });

  test.each(paths)('%s is below it', async (path) => {
    expect(await answerOf(app, `/soc/x${path}`)).toEqual([200, null]);
    expect(await answerOf(app, `/soc/x${path}`, 'DELETE')).toEqual([405, null]);
  });

  test.each(['/metrics', '/api/v1/status', '/-/healthy', '/-/reload', '/soc', '/soc/x/x', '/soc/xx'])(
    '%s is not found',
    async (path) => {
      expect(await answerOf(app, path)).toEqual([404, null]);
    },
  );

  test('a reload is below it', async () => {
    expect(await answerOf(app, '/soc/x/-/reload', 'POST')).toEqual([200, null]);
  });

  test.each([
    ['/', '/soc/x/'],
    ['/soc/x', '/soc/x/'],
    ['/runbooks/A', '/soc/x/runbooks/A'],
    ['/runbooks/', '/soc/x/runbooks/'],
    ['/docs/alerts', '/soc/x/docs/alerts'],
    ['/soc/x/docs', 'docs/'],
    ['/soc/x/runbooks', 'runbooks/'],
  ])('%s leads to %s', async (from, to) => {
    expect(await answerOf(app, from)).toEqual([302, to]);
    expect(await answerOf(app, from, 'HEAD')).toEqual([302, to]);
    expect(await answerOf(app, from, 'POST')).toEqual([405, null]);
  });
});

test('behind a proxy that changes the prefix, who leaves out the last slash is led to the path outside', async () => {
  const app = (externalUrl: string) => appOf({ externalUrl, routePrefix: '/inside' });
  expect(await answerOf(app('https://soc.example.org/outside'), '/inside')).toEqual([302, '/outside/']);
  expect(await answerOf(app('https://soc.example.org'), '/inside')).toEqual([302, '/']);
});

test('a prefix that is named as a folder of pages hides nothing', async () => {
  const app = appOf({ documents, routePrefix: '/runbooks' });
  for (const path of paths) expect(await answerOf(app, `/runbooks${path}`)).toEqual([200, null]);
  const refused = await app.request('/runbooks/', { method: 'POST' });
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

describe('without a prefix', () => {
  const app = appOf({ documents });

  test.each(paths)('%s is there', async (path) => {
    expect(await answerOf(app, path)).toEqual([200, null]);
  });

  test.each([
    '/runbooks/B',
    '/runbooks/a',
    '/runbooks/A.html',
    '/runbooks/alerts',
    '/docs/A',
    '/runbooks/../../package.json',
    '/docs/..%2f..%2fpackage.json',
    '/docs/%2e%2e/package.json',
    '/docs/__proto__',
    '/docs/alerts/',
  ])('%s is not found', async (path) => {
    expect(await answerOf(app, path)).toEqual([404, null]);
  });

  test('all links are relative, so a proxy may put anything before them', async () => {
    for (const path of ['/', '/runbooks/', '/docs/', '/docs/alerts', '/runbooks/A']) {
      const body = await (await app.request(path)).text();
      const links = [...body.matchAll(/(?:href|src)="(.*?)"/g)].map(([, link = '']) => link);
      expect(links.length).toBeGreaterThan(4);
      expect(links.filter((link) => /^(\/|http)/.test(link))).toEqual([]);
    }
  });

  test.each(['/runbooks/A', '/docs/'])('%s runs nothing and asks nobody else', async (path) => {
    const policy = (await app.request(path)).headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'; style-src 'self'; img-src data:;");
    expect(policy).not.toContain('script-src');
    expect(await (await app.request(path)).text()).not.toContain('<script');
  });

  test('HEAD renders nothing', async () => {
    const body = () => {
      throw new Error('rendered');
    };
    const head = await appOf({ documents: new Map([['/docs/x', { body }]]) }).request('/docs/x', { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
      200,
      'text/html; charset=UTF-8',
      '',
    ]);
  });
});
