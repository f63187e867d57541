/** Whatever stands in a web configuration: it can be served as it is, or problems say where it can't; and no hash of a password. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { validateHeaderValue } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import { formatProblem } from '../../src/config/problems.ts';
import { type LoadedWeb, loadWebConfig } from '../../src/config/web.ts';
import { createCertificates } from '../support/http/certificates.ts';
import { hold, numberOf } from './hold.ts';
import { mutatedYaml, yamlMutations } from './yaml.ts';

const file = 'test/fuzz/web-configurations.system.test.ts';
const cases = numberOf('FUZZ_WEB_CONFIGURATIONS', 100, 200);
const hash = `$2b$10$${'Hunter2.Hunter2.'.repeat(4).slice(0, 53)}`;

const whole = `tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_ca_file: ca.crt
  client_auth_type: RequireAndVerifyClientCert
  min_version: TLS12
  max_version: TLS13
http_server_config:
  http2: true
  headers:
    Strict-Transport-Security: max-age=31536000
    X-Frame-Options: deny
basic_auth_users:
  prometheus: ${hash}
  another: ${hash}
`;

/** What a renewal, an editor or a mistake leaves of a file. */
const certificateFiles = ['server.crt', 'server.key', 'ca.crt'] as const;
const damages = fc.record({
  name: fc.constantFrom(...certificateFiles),
  how: fc.constantFrom('empty', 'cut', "another's", 'rubbish', 'in DER', 'none'),
  at: fc.nat({ max: 2_000 }),
});

let folder: string;
const good = new Map<string, string>();
let another: { readonly cert: string; readonly key: string };
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'secmaster-exporter-'));
  const certificates = createCertificates(folder);
  const server = certificates.make('server');
  another = certificates.make('another');
  good.set('server.crt', server.cert).set('server.key', server.key).set('ca.crt', certificates.ca());
});
afterAll(() => rmSync(folder, { recursive: true }));

function damaged(name: string, how: string, at: number): string | Uint8Array {
  const text = good.get(name) ?? '';
  if (how === 'cut') return text.slice(0, at % text.length);
  if (how === "another's") return name.endsWith('.key') ? another.key : another.cert;
  if (how === 'in DER') return Buffer.from(text.replaceAll(/-----.*-----|\s/g, ''), 'base64');
  return how === 'rubbish' ? 'rubbish\n' : '';
}

test(
  'it can be served, or its problems say where it is wrong',
  () =>
    hold(
      { file, cases },
      fc.record({
        made: fc.array(yamlMutations, { maxLength: 3 }),
        damage: fc.option(damages, { freq: 2 }),
      }),
      async ({ made, damage }) => {
        for (const [name, text] of good) writeFileSync(join(folder, name), text);
        if (damage !== null) {
          const path = join(folder, damage.name);
          if (damage.how === 'none') rmSync(path);
          else writeFileSync(path, damaged(damage.name, damage.how, damage.at));
        }
        const path = join(folder, 'web.yml');
        writeFileSync(path, mutatedYaml(whole, made));
        expectServable(await loadWebConfig(path));
      },
    ),
  60_000 + cases * 200,
);

function expectServable(loaded: LoadedWeb): void {
  if ('problems' in loaded) {
    if (loaded.problems.length === 0) throw new Error('neither a configuration nor a problem');
    for (const problem of loaded.problems) {
      const text = formatProblem(problem);
      if (!/^[^\n\r]+$/.test(text) || text.length > 2_000)
        throw new Error(`not one short line: ${JSON.stringify(text)}`);
      if (text.includes('Hunter2')) throw new Error(`shows a hash: ${text}`);
    }
    return;
  }
  const { tls, headers } = loaded.web;
  for (const [name, value] of Object.entries(headers)) validateHeaderValue(name, value);
  if (tls === null) return;
  const { cert, key, clientCa } = tls;
  createSecureContext({ cert, key, ...(clientCa !== null && { ca: clientCa }) });
}
