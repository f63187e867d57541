import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseExposition, sampleValue } from '../support/metrics/exposition.ts';
import { type Hostile, hostileConfig, hostileRow, startHostile } from '../support/process/hostile.ts';
import { eventually, temporaryFolder } from '../support/process/processes.ts';
import { polledAgain, type Served, serve } from '../support/process/served.ts';
import { secretForms } from '../support/secret-forms.ts';

/** A running exporter against a SecMaster that sends whatever it likes. */

const keys = { ak: 'HSTAQWERTZUIOP123456', sk: randomBytes(30).toString('base64') };

async function serveAgainst(hostile: Hostile, credentials: object = { ak_sk: keys }, args: string[] = []) {
  const file = join(temporaryFolder(), 'config.yml');
  writeFileSync(file, hostileConfig(hostile, credentials));
  return serve([`--config.file=${file}`, ...args]);
}

async function openMetrics({ port }: Served): Promise<string> {
  const accept = 'application/openmetrics-text; version=1.0.0';
  return (await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { accept } })).text();
}

test('thousands of trigger types and statuses, names and ids of a megabyte, and what cannot be printed', async () => {
  const hostile = await startHostile();
  const served = await serveAgainst(hostile);
  await polledAgain(served);
  const large = 'x'.repeat(1_000_000);
  hostile.rows = [
    ...['constructor', '__proto__', 'toString', 'hasOwnProperty'].map((status) => hostileRow({ status })),
    hostileRow({ id: 'nul\u0000in the id' }),
    hostileRow({ id: large }),
    hostileRow({ playbook: { id: large } }),
    hostileRow({ playbook: { id: 'p1', name: `${large}1` } }),
    hostileRow({ playbook: { id: 'p2', name: `${large}2` } }),
    hostileRow({ playbook: { id: 'p3', name: 'a\u0000b\u202ec\nd\ud83d' } }),
    ...Array.from({ length: 1_000 }, (_, n) => hostileRow({ trigger_type: `TYPE-${n}`, status: `STATUS-${n}` })),
  ];
  await eventually(
    async () => ((await served.get('/metrics')).includes('status="__proto__"') ? true : undefined),
    'the rows',
    served.running,
  );
  const text = await polledAgain(served);
  expect(text.length).toBeLessThan(3_000_000);
  for (const exposition of [text, await openMetrics(served)])
    for (const { labels } of parseExposition(exposition.replaceAll(/ # \{.*$/gm, '')))
      for (const value of Object.values(labels)) expect(value).toMatch(/^[^\p{Cc}\p{Cs}\u202e]{0,200}$/u);
  expect(await openMetrics(served)).not.toContain('nul');
  const limited = (label: string) => sampleValue(text, 'secmaster_exporter_label_values_limited', { label });
  expect(limited('trigger_type')).toBeGreaterThanOrEqual(950);
  expect(limited('status')).toBeGreaterThanOrEqual(950);
  expect(sampleValue(text, 'secmaster_exporter_rows_rejected_total', { reason: 'bad_id' })).toBe(3);
  expect(served.running.stderr().match(/more statuses than metrics.max_values/g)).toHaveLength(1);
  const [{ instances }] = JSON.parse(await served.get('/api/v1/status')).workspaces;
  for (const status of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
    expect(Object.hasOwn(instances, status) && instances[status]).toBe(1);
  expect(await served.get('/')).toContain('__proto__');
  expect(served.running.stderr().length).toBeLessThan(1_000_000);
}, 60_000);

test('a page of 80,000 rows is not read, blocks nobody, and is told', async () => {
  const hostile = await startHostile();
  hostile.ignoresLimit = true;
  const served = await serveAgainst(hostile);
  await polledAgain(served);
  hostile.rows = Array.from({ length: 80_000 }, (_, n) => ({ id: `i${n}`, status: 'FINISHED' }));
  let longestMs = 0;
  await eventually(
    async () => {
      const began = performance.now();
      const text = await served.get('/metrics');
      longestMs = Math.max(longestMs, performance.now() - began);
      const failures = sampleValue(text, 'secmaster_exporter_poll_failures_total', { reason: 'unexpected_body' });
      return (failures ?? 0) >= 2 ? true : undefined;
    },
    'two polls that fail',
    served.running,
  );
  expect(longestMs).toBeLessThan(5_000);
  expect(served.running.stderr()).toContain('without a list of at most 1000 instances');
}, 60_000);

test.each<[string, object, string]>([
  ['a secret key', { ak_sk: keys }, keys.sk],
  ['the id of a key', { ak_sk: keys }, keys.ak],
])(
  '%s that comes back in many forms, and in parts, shows nowhere',
  async (_, credentials, secret) => {
    const hostile = await startHostile();
    const served = await serveAgainst(hostile, credentials, ['--log.level=debug']);
    await polledAgain(served);
    const forms = secretForms.flatMap(([name, write]) =>
      [secret, secret.slice(0, 12), secret.slice(-16)].map((part) => `${name}: ${write(part)}`),
    );
    const formOf = (text: string) => text.slice(text.indexOf(': ') + 2);
    hostile.nodes = forms.map((form, n) => ({
      action_id: `n${n}`,
      action_name: form,
      status: 'FAILED',
      error_msg: form,
    }));
    hostile.rows = forms.flatMap((form, n) => [
      hostileRow({ id: `run ${n}`, status: formOf(form), trigger_type: formOf(form) }),
      hostileRow({ id: formOf(form) }),
      hostileRow({ status: n === 0 ? 'FAILED' : 'FINISHED', playbook: { id: `p${n}`, name: form } }),
      hostileRow({ playbook: { id: formOf(form), name: 'x' } }),
    ]);
    await eventually(
      async () => ((await served.get('/metrics')).includes('node="as it is: ') ? true : undefined),
      'the rows and their nodes',
      served.running,
    );
    let read = await served.get('/metrics');
    for (const name of ['as it is', 'in lower case', 'url-encoded twice', 'in base64']) {
      const form = forms.find((one) => one.startsWith(`${name}: `)) ?? '';
      hostile.error = () => ({ code: formOf(form), message: form, request_id: formOf(form) });
      await eventually(
        async () => ((await served.get('/api/v1/status')).includes(`(${name}: `) ? true : undefined),
        'the refusal',
        served.running,
      );
    }
    for (const path of ['/metrics', '/', '/api/v1/status']) read += await served.get(path);
    read += (await openMetrics(served)) + served.running.stderr();
    for (const form of forms) expect(read.toLowerCase()).not.toContain(formOf(form).toLowerCase());
    expect(read).toContain(secret === keys.sk ? '<secret>' : 'HSTA…');
  },
  60_000,
);
