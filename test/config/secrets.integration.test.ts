import { writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatProblem } from '../../src/config/problems.ts';
import { inForm } from '../support/form.ts';
import { complete, loadEnvironment, loadFile, loadText, problemsOf, workspace, writeFile } from './loading.ts';

/** Whatever a user does wrong around a secret, and whatever text can be read at all: one-line problems, no secret. */

const marker = 'hunter2';
const secret = fc
  .tuple(fc.string({ maxLength: 6 }), fc.string({ maxLength: 6 }))
  .map(([before, after]) => before + marker + after);
const quoted = secret.chain((text) => fc.constantFrom(text, JSON.stringify(text), `'${text.replaceAll("'", "''")}'`));

/** Each § is a secret. */
const templates = [
  'ak_sk: { ak: A, sk: §, security_token: § }',
  'ak_sk:\n        ak: A\n        sk: §\n        security_token: §',
  'ak_sk: { ak: A, sk_file: § }',
  'password: { domain: d, user: u, password: § }',
  'password:\n        domain: d\n        user: u\n        password: §',
  'password: §',
  'ak_sk: §',
  'ak_sk: [§, §]',
  'ak_sk: { ak: A, sk: { value: § } }',
  'ak_sk: { ak: A, sk:§ }',
  'ak_sk: { ak: A, §: § }',
  'token: §',
];

const databases = [
  'url: postgresql://u:§@db.example.org/s',
  'url: "postgresql://u:§@db.example.org/s"',
  'url: postgresql://u@db.example.org/s?password=§',
  'url:postgresql://u:§@db.example.org/s',
  'url: [ "postgresql://u:§@db.example.org/s" ]',
];

/** One slip of a finger: a character of the text goes, or another comes. */
const slips = fc.array(
  fc.record({
    at: fc.nat(),
    remove: fc.nat({ max: 2 }),
    insert: fc.constantFrom('', ' ', '\n', ':', '"', '{', '-', '*', '&'),
  }),
  { maxLength: 3 },
);

function withSlips(text: string, made: { at: number; remove: number; insert: string }[]): string {
  return made.reduce((rest, { at, remove, insert }) => {
    const from = at % (rest.length + 1);
    return rest.slice(0, from) + insert + rest.slice(from + remove);
  }, text);
}

const printed = (loaded: Awaited<ReturnType<typeof loadText>>): string =>
  'problems' in loaded
    ? loaded.problems.map(formatProblem).join('\n')
    : JSON.stringify(loaded) + inspect(loaded, { depth: 9, showHidden: true });

test('no secret of a file is ever printed', async () => {
  const path = writeFile('config.yml', '');
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...templates), quoted, slips, async (template, text, made) => {
      writeFileSync(
        path,
        withSlips(`${workspace}    credentials:\n      ${template}\n`, made).replaceAll('§', () => text),
      );
      expect(printed(await loadFile(path)).toLowerCase()).not.toContain(marker);
    }),
    { numRuns: inForm(200, 1_000) },
  );
});

test('nor one in the URL of a database', async () => {
  const path = writeFile('config.yml', '');
  const any = fc.oneof(secret, secret.map(encodeURIComponent));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...databases), any, slips, async (template, text, made) => {
      writeFileSync(path, `${withSlips(`state:\n  ${template}\n`, made).replaceAll('§', () => text)}${complete}`);
      expect(printed(await loadFile(path)).toLowerCase()).not.toContain(marker);
    }),
    { numRuns: inForm(200, 1_000) },
  );
});

test('nor one that an alias carries to another field', async () => {
  const text = `${workspace}    credentials: { ak_sk: { ak: A, sk: &it ${marker} } }\npoll: { lookback: *it }\n`;
  expect(problemsOf(await loadText(text))).toEqual([
    'config.yml:7: poll.lookback: is not a valid duration; write it like 30s, 5m, 24h or 7d',
  ]);
});

test('nor one of the environment, or of a file that it names', async () => {
  const file = writeFile('secret', '');
  const names = [
    'HUAWEICLOUD_SDK_AK',
    'HUAWEICLOUD_SDK_SK',
    'HUAWEICLOUD_SDK_SECURITY_TOKEN',
    'SECMASTER_IAM_PASSWORD',
  ];
  const [, ...holders] = names;
  const files = names.map((name) => `${name}_FILE`);
  const others = ['HUAWEICLOUD_SDK_AK', 'SECMASTER_IAM_USER', 'SECMASTER_REGION', 'SECMASTER_LOOKBACK', 'SECMASTER_X'];
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom(...holders, 'HTTPS_PROXY', 'SECMASTER_ENDPOINT', 'SECMASTER_STATE_URL'), secret),
      fc.dictionary(fc.constantFrom(...files), fc.oneof(secret, fc.constant(file))),
      fc.dictionary(fc.constantFrom(...others), fc.string()),
      secret,
      async (secrets, paths, rest, content) => {
        writeFileSync(file, content);
        expect(printed(await loadEnvironment({ ...rest, ...paths, ...secrets })).toLowerCase()).not.toContain(marker);
      },
    ),
    { numRuns: inForm(100, 500) },
  );
});
