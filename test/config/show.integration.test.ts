import { expect, test } from 'vitest';
import { showConfig } from '../../src/config/show.ts';
import { complete, configOf, credentials, loadText, workspace, writeFile } from './loading.ts';

const secret = writeFile;

test.each<[string, () => string]>([
  ['the smallest file', () => complete],
  [
    'every setting',
    () => `poll: { schedule: "0 * * * * *", timezone: Europe/Berlin, lookback: 60d, timeout: 1m30s, rate_limit: 0.5, concurrency: 1 }
state: { path: /var/lib/secmaster.db, retention: 90d }
metrics: { duration_buckets: [0.5, 1], max_playbooks: 500, nodes: off, language: zh, new_series_hold: 0s }
status: { recent_runs: 0, console_url: "https://console.example.com/{region}" }
workspaces:
  - region: cn-north-4
    filters: { playbook_id: [a, b], trigger_type: [TIMER] }
    credentials: { agency: {} }
`,
  ],
  [
    'an access key in files',
    () =>
      `${workspace}    credentials: { ak_sk: { ak_file: ${secret('ak', 'AK')}, sk_file: ${secret('sk', 'SK')}, security_token: T } }\n`,
  ],
  [
    'a database',
    () => `state: { url: postgresql://u@db/s, password_file: ${secret('password', 'P')}, lease: 1m }\n${complete}`,
  ],
  ['a password', () => `${workspace}    credentials: { password: { domain: d, user: u, password: "hunter2 " } }\n`],
  [
    'a token of an identity provider',
    () => `${workspace}    credentials: { oidc: { idp_id: i, id_token_file: ${secret('token', 'T')} } }\n`,
  ],
  ['a token', () => `${workspace}    credentials: { token: { token_file: ${secret('token', 'T')} } }\n`],
])('%s is shown as a file that is a configuration like it', async (_, text) => {
  const config = configOf(await loadText(text()));
  const shown = showConfig(config);
  // Secrets are all alike there, and of the id of an access key only the first four characters are left.
  const readable = (of: string) => of.replaceAll('…', '');
  const cut = JSON.stringify(config).replace(/("ak":"[^"]{4})[^"]*/g, '$1');
  expect(JSON.stringify(configOf(await loadText(readable(shown))))).toBe(cut);
});

test('of the id of an access key, the first four characters are shown', async () => {
  const text = `${workspace}    credentials: { ak_sk: { ak: HSTAQWERTZUIOP123456, sk: S } }\n`;
  expect(showConfig(configOf(await loadText(text)))).toContain('ak: HSTA…\n');
});

test('no secret is shown, and the file of one is', async () => {
  const file = secret('sk', 'IN-A-FILE');
  const text = `${workspace}    credentials: { ak_sk: { ak: AK, sk_file: ${file}, security_token: IN-THE-TEXT } }\n`;
  const shown = showConfig(configOf(await loadText(text)));
  expect(shown).toContain(`ak: AK\n`);
  expect(shown).toContain(`sk_file: ${file}\n`);
  expect(shown).toContain('security_token: <secret>\n');
  expect(shown).not.toMatch(/IN-A-FILE|IN-THE-TEXT/);
  expect(showConfig(configOf(await loadText(workspace + credentials)))).toContain('sk: <secret>\n');
});
