import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inForm } from '../support/form.ts';
import { eventually, startExporter, temporaryFolder } from '../support/process/processes.ts';
import { serve, writeConfig } from '../support/process/served.ts';
import { startSimulator } from '../support/process/simulated.ts';

/** Whatever a process is fed with, none of its secrets stands in anything that it ever writes. */

const secrets = ['S3CRET-SK', 'S3CRET-TOKEN', 'S3CRET-PASSWORD', 'S3CRET-FILE'];

function expectNone(text: string): void {
  for (const secret of secrets) expect(text).not.toContain(secret);
}

const whole = (folder: string) => `poll: { lookback: 2h }
workspaces:
  - name: prod
    region: eu-west-101
    credentials: { ak_sk: { ak: AK, sk: ${secrets[0]}, security_token: ${secrets[1]} } }
  - region: cn-north-4
    credentials: { password: { domain: d, user: u, password: "${secrets[2]}" } }
  - region: cn-north-1
    credentials: { token: { token_file: ${join(folder, 'token')} } }
`;

/** A file with a few of its signs exchanged, lost or moved. */
const broken = fc.array(
  fc.record({
    at: fc.nat(500),
    cut: fc.nat(12),
    put: fc.string({ unit: fc.constantFrom(...' \n\t:-[]{}&*!"\'#,|>?'), maxLength: 6 }),
  }),
  { minLength: 1, maxLength: 4 },
);

test('fuzzed files: problems or not, no secret is printed and nothing crashes', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'token'), `${secrets[3]}\n`);
  const file = join(folder, 'config.yml');
  for (const edits of fc.sample(broken, { seed: 2026, numRuns: inForm(4, 25) })) {
    let text = whole(folder);
    for (const { at, cut, put } of edits) text = text.slice(0, at) + put + text.slice(at + cut);
    writeFileSync(file, text);
    const running = startExporter(['check', `--config.file=${file}`]);
    expect([0, 1]).toContain(await running.ended);
    expect(running.stderr()).not.toMatch(/^\s+at /m);
    // What is left of a secret whose middle was cut is none.
    expectNone(running.stdout() + running.stderr());
  }
}, 60_000);

test('fuzzed environments likewise', async () => {
  const value = fc.constantFrom(
    '',
    ' ',
    ...secrets,
    `${secrets[0]}\n`,
    'https://u:S3CRET-PASSWORD@example.com',
    'eu-west-101',
  );
  const name = fc.constantFrom(
    'HUAWEICLOUD_SDK_AK',
    'HUAWEICLOUD_SDK_SK',
    'HUAWEICLOUD_SDK_SK_FILE',
    'HUAWEICLOUD_SDK_SECURITY_TOKEN',
    'SECMASTER_IAM_PASSWORD',
    'SECMASTER_IAM_USER',
    'SECMASTER_REGION',
    'SECMASTER_ENDPOINT',
    'SECMASTER_SK',
    'HTTPS_PROXY',
  );
  for (const environment of fc.sample(fc.dictionary(name, value, { minKeys: 2 }), {
    seed: 2026,
    numRuns: inForm(4, 20),
  })) {
    // The access key and the user are names, not secrets.
    const { HUAWEICLOUD_SDK_AK: _, SECMASTER_IAM_USER: __, SECMASTER_REGION: region = '', ...rest } = environment;
    const running = startExporter(['check'], {
      ...rest,
      SECMASTER_REGION: region.includes('S3CRET') ? 'eu-west-101' : region,
    });
    expect([0, 1]).toContain(await running.ended);
    expectNone(running.stdout() + running.stderr());
  }
}, 60_000);

test('a running exporter that is refused, reloaded and asked for all of its pages at the lowest log level', async () => {
  const simulated = await startSimulator({ historyMs: 600_000 });
  const folder = temporaryFolder();
  const file = writeConfig(simulated, folder);
  const good = readFileSync(file, 'utf8');
  const sk = /sk: ([\w-]+)/.exec(good)?.[1] ?? '';
  expect(sk).not.toBe('');
  const { get, port, running } = await serve([`--config.file=${file}`, '--log.level=debug']);
  const hasPolled = async () =>
    (await get('/metrics')).includes('secmaster_up{workspace="prod"} 1') ? true : undefined;
  await eventually(hasPolled, 'a poll', running);
  let read = '';
  const readAll = async () => {
    for (const path of ['/metrics', '/', '/api/v1/status', '/-/ready', '/-/healthy', '/nowhere'])
      read += await get(path);
  };
  const reload = async () => {
    read += await (await fetch(`http://127.0.0.1:${port}/-/reload`, { method: 'POST' })).text();
  };
  await readAll();
  for (const text of [
    good.replace(sk, 'S3CRET-SK'),
    good.replace('lookback: 2h', 'lookback: S3CRET'),
    `${good}\nsk: ${sk}\n`,
  ]) {
    writeFileSync(file, text);
    await reload();
    await readAll();
  }
  await eventually(() => (running.stderr().includes('credentials refused') ? true : undefined), 'a refusal', running);
  await readAll();
  const written = read + running.stdout() + running.stderr();
  expect(written).toContain('workspaces');
  expect(written).not.toContain('S3CRET-SK');
  expect(written.replaceAll(`sk: ${sk}: unknown key`, '')).not.toContain(sk);
}, 60_000);
