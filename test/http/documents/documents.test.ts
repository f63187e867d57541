import { expect, test } from 'vitest';
import { documentPages } from '../../../src/http/documents/documents.ts';

const texts = new Map([
  [
    'alerts.md',
    '# Alerts\n\n[all](runbooks/) [one](runbooks/A.md) [change](../CHANGELOG.md) [here](#x) [other](counting.md#y)',
  ],
  ['counting.md', '# Counting'],
  [
    'runbooks/A.md',
    '# A\n\n[b](B.md) [why](../counting.md) [out](../../src/main.ts) [web](https://example.org/) [bad](javascript:x)',
  ],
  ['runbooks/B.md', '# B'],
]);
const pages = documentPages(texts, '1.2.3');
const bodyOf = async (path: string) => String(await pages.get(path)?.body());
const linksIn = async (path: string) =>
  [...(await bodyOf(path)).replace(/<header>.*<\/header>/s, '').matchAll(/<a href="(.*?)">(.*?)<\/a>/g)].map(
    ([, href, text]) => `${text} ${href}`,
  );

test('each document is a page, with and without .md, and each folder has a list', async () => {
  expect([...pages.keys()].sort()).toEqual(
    ['/docs/', '/docs/alerts', '/docs/alerts.md', '/docs/counting', '/docs/counting.md'].concat([
      '/runbooks/',
      '/runbooks/A',
      '/runbooks/A.md',
      '/runbooks/B',
      '/runbooks/B.md',
    ]),
  );
  expect(await linksIn('/docs/')).toEqual(['Alerts ../docs/alerts', 'Counting ../docs/counting']);
  expect(await linksIn('/runbooks/')).toEqual(['A ../runbooks/A', 'B ../runbooks/B']);
});

test('links lead from page to page, and what is not served is no link', async () => {
  expect(await linksIn('/docs/alerts')).toEqual([
    'all ../runbooks/',
    'one ../runbooks/A',
    'here #x',
    'other ../docs/counting#y',
  ]);
  expect(await linksIn('/runbooks/A')).toEqual(['b ../runbooks/B', 'why ../docs/counting', 'web https://example.org/']);
  expect(await bodyOf('/docs/alerts')).toContain(' change ');
});

test('a page is rendered once', async () => {
  expect(await pages.get('/docs/alerts')?.body()).toBe(await pages.get('/docs/alerts.md')?.body());
});

test('a page says what it is, and of which version', async () => {
  expect(await bodyOf('/runbooks/A')).toContain('<title>A · secmaster-exporter</title>');
  expect(await bodyOf('/runbooks/A')).toContain('<small>1.2.3</small>');
});

test('without documents there are no pages', () => {
  expect(documentPages(new Map(), '1.2.3').size).toBe(0);
});
