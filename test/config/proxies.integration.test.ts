import { expect, test } from 'vitest';
import { proxyForm } from '../../src/config/proxies.ts';
import { complete, configOf, loadEnvironment, loadText, problemsOf } from './loading.ts';

const alone = { SECMASTER_REGION: 'cn-north-4', HUAWEICLOUD_SDK_AK: 'A', HUAWEICLOUD_SDK_SK: 'S' };

test.each<[string, string, string]>([
  ['with a password but no user', 'HTTPS_PROXY', 'http://:SKTEST@proxy.example.com:3128'],
  ['without http://', 'HTTPS_PROXY', 'proxy.example.com:3128'],
  ['with a user and without http://', 'https_proxy', 'user:SKTEST@proxy.example.com'],
  ['of another protocol', 'HTTP_PROXY', 'ftp://user:SKTEST@proxy.example.com'],
  ['that is no URL', 'http_proxy', 'http://user:SK TEST@[proxy'],
  ['with a path', 'HTTP_PROXY', 'http://proxy.example.com:3128/SKTEST'],
  ['with a password whose % is not encoded', 'HTTPS_PROXY', 'http://user:100%SKTEST@proxy.example.com:3128'],
])('a proxy %s is refused and not shown, with a file and without', async (_, name, value) => {
  const problems = [`${name}: ${proxyForm}`];
  expect(problemsOf(await loadText(complete, { [name]: value }))).toEqual(problems);
  expect(problemsOf(await loadEnvironment({ ...alone, [name]: value }))).toEqual(problems);
});

test.each([
  ['NO_PROXY', '10.0.0.0/33'],
  ['no_proxy', 'http://example.com'],
])('%s may not have %s', async (name, entry) => {
  expect(problemsOf(await loadText(complete, { [name]: `example.com,${entry}` }))).toEqual([
    `${name}: "${entry}" must be a host, an address, or a network like 10.0.0.0/8`,
  ]);
});

test('a long entry is cut off', async () => {
  const [problem] = problemsOf(await loadText(complete, { NO_PROXY: '<'.repeat(1_000) }));
  expect(problem?.length).toBeLessThan(200);
});

test('it is told together with all other problems', async () => {
  expect(problemsOf(await loadText(`poll: { timeout: 10 }\n${complete}`, { HTTPS_PROXY: 'proxy' }))).toEqual([
    'config.yml:1: poll.timeout: 10 is not a valid duration; write it like 30s, 5m, 24h or 7d',
    `HTTPS_PROXY: ${proxyForm}`,
  ]);
});

test.each([
  ['HTTPS_PROXY', 'http://proxy.example.com:3128'],
  ['https_proxy', 'https://user:100%25SK@proxy.example.com/'],
  ['HTTP_PROXY', 'socks5://127.0.0.1:1080'],
  ['http_proxy', ''],
  ['NO_PROXY', '*.example.com,10.0.0.0/8'],
  ['no_proxy', 'localhost 127.0.0.1,::1'],
])('%s may be "%s"', async (name, value) => {
  expect(configOf(await loadText(complete, { [name]: value })).workspaces).toHaveLength(1);
});
