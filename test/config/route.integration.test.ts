import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { proxyForm } from '../../src/config/proxies.ts';
import { showConfig } from '../../src/config/show.ts';
import { scrub } from '../../src/model/known-secrets.ts';
import { createCertificates } from '../support/http/certificates.ts';
import { complete, configOf, loadText, problemsOf, writeFile } from './loading.ts';

const folder = mkdtempSync(join(tmpdir(), 'secmaster-exporter-'));
afterAll(() => rmSync(folder, { recursive: true }));
const certificates = createCertificates(folder);
const { key } = certificates.make('server');
const ca = certificates.ca();

test.each<[string, string]>([
  ['one certificate', ca],
  ['several, with text around them', `my CA\n${ca}\nanother\n${ca}`],
  ['one with Windows line ends', ca.replaceAll('\n', '\r\n')],
])('tls.ca_file may have %s', async (_, content) => {
  const path = writeFile('ca.pem', content);
  const config = configOf(await loadText(`${complete}    tls: { ca_file: ${path} }\n`));
  expect(config.workspaces[0]?.tls.ca).toEqual({ path, pem: content });
  expect(showConfig(config)).toContain(`ca_file: ${path}`);
});

test.each<[string, string, string]>([
  ['rubbish', 'SKTEST', 'contains no certificate in PEM form'],
  ['nothing', '', 'is empty'],
  ['a key', key, 'contains a private key, not a certificate'],
  ['a certificate that is cut off', ca.slice(0, 200), 'contains a certificate that is cut off'],
  [
    'a certificate with rubbish in it',
    ca.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA'),
    'contains a certificate that cannot be read',
  ],
  ['too much', 'x'.repeat(1_048_577), 'is larger than 1048576 bytes'],
])('tls.ca_file is refused with %s', async (_, content, problem) => {
  const path = writeFile('ca.pem', content);
  expect(problemsOf(await loadText(`${complete}    tls: { ca_file: ${path} }\n`))).toEqual([
    `config.yml:8: workspaces[0].tls.ca_file: ${problem}`,
  ]);
});

test.each<[string, string]>([
  ['http://proxy.example.com:3128', 'http://proxy.example.com:3128'],
  ['https://user:SKTEST@proxy.example.com', 'https://<secret>@proxy.example.com'],
  ['socks5://127.0.0.1:1080', 'socks5://127.0.0.1:1080'],
])('proxy_url may be %s, and is shown as %s', async (url, shown) => {
  const config = configOf(await loadText(`${complete}    proxy_url: ${url}\n`));
  expect(config.workspaces[0]?.proxyUrl?.reveal()).toBe(url);
  expect(showConfig(config)).toContain(`proxy_url: ${shown}\n`);
});

test.each([['proxy.example.com:3128'], ['ftp://user:SKTEST@proxy'], ['http://proxy/SKTEST'], ['7']])(
  'proxy_url is refused, and not shown: %s',
  async (url) => {
    expect(problemsOf(await loadText(`${complete}    proxy_url: ${url}\n`))).toEqual([
      `config.yml:8: workspaces[0].proxy_url: ${proxyForm}`,
    ]);
  },
);

test('of proxy_url only the password is kept from messages, which name its host', async () => {
  configOf(await loadText(`${complete}    proxy_url: http://user:p%40ssw0rd-of-mine@proxy.example.com:3128\n`));
  const message = 'no response from secmaster.example.com through the proxy proxy.example.com:3128';
  expect(scrub(message)).toBe(message);
  expect(scrub('p%40ssw0rd-of-mine, or p@ssw0rd-of-mine')).toBe('<secret>, or <secret>');
});
