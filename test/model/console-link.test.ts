import { expect, test } from 'vitest';
import { consoleLink, parseConsoleUrl } from '../../src/model/console-link.ts';

test.each([
  'https://console.example.com',
  'https://console.example.com/',
  'https://console.example.com/secmaster/?region={region}#/{project_id}/{workspace_id}/instance/{instance_id}',
  'https://console.example.com:8443/%7B?x',
])('%s is a link to a console', (text) => {
  expect(parseConsoleUrl(text)).toBe(text);
});

test.each([
  ['another scheme', 'http://console.example.com/'],
  ['a script', 'javascript:alert(1)//{region}'],
  ['no host', 'https:///secmaster'],
  ['a user', 'https://user:password@console.example.com/'],
  ['an unknown part', 'https://console.example.com/{workspace}'],
  ['a part of the host', 'https://{region}.example.com/'],
  ['half a part', 'https://console.example.com/{region'],
  ['a space', 'https://console.example.com/a b'],
  ['a port that is none', 'https://console.example.com:x/'],
])('%s is refused', (_, text) => {
  expect(parseConsoleUrl(text)).toBeNull();
});

test('each part is put in, with what would end it encoded', () => {
  const pattern = 'https://c.example.com/?r={region}#/{workspace_id}/{instance_id}/{region}';
  expect(consoleLink(pattern, { region: 'a&b', workspace_id: 'w/1', instance_id: '"><i' })).toBe(
    'https://c.example.com/?r=a%26b#/w%2F1/%22%3E%3Ci/a%26b',
  );
});

test('a link to an instance is none to a workspace', () => {
  expect(consoleLink('https://c.example.com/{instance_id}', { region: 'r' })).toBeNull();
  expect(consoleLink('https://c.example.com/', {})).toBe('https://c.example.com/');
});
