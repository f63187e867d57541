import { expect, test } from 'vitest';
import { parseExternalUrl, parseRoutePrefix, pathOf } from '../../src/http/web-place.ts';

test.each([
  ['a host', 'https://soc.example.org', 'https://soc.example.org'],
  ['a host with a slash', 'https://soc.example.org/', 'https://soc.example.org'],
  ['a port', 'http://soc:19210', 'http://soc:19210'],
  ['an IPv6 address', 'http://[::1]:19210/x', 'http://[::1]:19210/x'],
  ['a path', 'https://soc.example.org/a/b.c', 'https://soc.example.org/a/b.c'],
  ['a path with slashes at its end', 'https://soc.example.org/a//', 'https://soc.example.org/a'],
  ['capitals', 'HTTPS://SOC.example.org/A', 'HTTPS://SOC.example.org/A'],
  ['no scheme', 'soc.example.org', null],
  ['another scheme', 'ftp://soc.example.org', null],
  ['a path alone', '/secmaster', null],
  ['no host', 'https:///secmaster', null],
  ['a host that is none', 'https://a b', null],
  ['a port that is none', 'https://soc:99999', null],
  ['a user', 'https://admin:hunter2@soc.example.org', null],
  ['a query', 'https://soc.example.org/?token=hunter2', null],
  ['an empty query', 'https://soc.example.org/?', null],
  ['a fragment', 'https://soc.example.org/#a', null],
  ['dots in the path', 'https://soc.example.org/a/../b', null],
  ['two slashes in the path', 'https://soc.example.org/a//b', null],
  ['a pattern in the path', 'https://soc.example.org/:a', null],
  ['quotes', '"https://soc.example.org"', null],
  ['nothing', '', null],
])('external URL with %s', (_, text, url) => {
  expect(parseExternalUrl(text)).toBe(url);
});

test.each([
  ['/', ''],
  ['/secmaster', '/secmaster'],
  ['/secmaster/', '/secmaster'],
  ['secmaster', '/secmaster'],
  ['/a/b', '/a/b'],
  ['/a//b', null],
  ['/..', null],
  ['/a/./b', null],
  ['/:name', null],
  ['/a*', null],
  ['/a b', null],
  ['https://soc.example.org/a', null],
])('route prefix %j', (text, prefix) => {
  expect(parseRoutePrefix(text)).toBe(prefix);
});

test.each([
  ['https://soc.example.org', ''],
  ['https://soc.example.org/a/b', '/a/b'],
])('the path of %s', (url, path) => {
  expect(pathOf(url)).toBe(path);
});
