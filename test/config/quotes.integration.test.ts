import { expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { complete, configOf, loadEnvironment, loadText, problemsOf, workspace, writeFile } from './loading.ts';

/** Values as shells, secret stores and files of variables pass them on: with a newline at their end, or in quotes. */

const alone = { SECMASTER_REGION: 'cn-north-4', HUAWEICLOUD_SDK_AK: 'AKTEST', HUAWEICLOUD_SDK_SK: 'SKTEST' };
const revealed = (value: unknown) => (value instanceof Secret ? value.reveal() : value);
const keysOf = async (environment: object) => {
  const [first] = configOf(await loadEnvironment({ ...alone, ...environment })).workspaces;
  if (first?.credentials.kind !== 'ak_sk') throw new Error('not the kind that was given');
  return { ...first, ak: first.credentials.ak, sk: revealed(first.credentials.sk) };
};

test.each<[string, object]>([
  ['a newline', { HUAWEICLOUD_SDK_SK: 'SKTEST\n' }],
  ['a Windows newline', { HUAWEICLOUD_SDK_SK: 'SKTEST\r\n' }],
  ['the half of one that is left of CRLF', { SECMASTER_REGION: 'cn-north-4\r', HUAWEICLOUD_SDK_SK: 'SKTEST\r' }],
  [
    'newlines everywhere',
    { SECMASTER_REGION: 'cn-north-4\n', HUAWEICLOUD_SDK_AK: 'AKTEST\n', HUAWEICLOUD_SDK_SK: 'SKTEST\n' },
  ],
])('variables may end in %s', async (_, environment) => {
  expect(await keysOf(environment)).toMatchObject({ region: 'cn-north-4', ak: 'AKTEST', sk: 'SKTEST' });
});

test('a password keeps its spaces and quotes', async () => {
  const user = { SECMASTER_IAM_DOMAIN: 'd', SECMASTER_IAM_USER: 'u', SECMASTER_IAM_PASSWORD: '" a# "\n' };
  const [first] = configOf(await loadEnvironment({ SECMASTER_REGION: 'cn-north-4', ...user })).workspaces;
  if (first?.credentials.kind !== 'password') throw new Error('not the kind that was given');
  expect(revealed(first.credentials.password)).toBe('" a# "');
});

const quoted = 'is in quotes, which would be part of the value; remove them';

test.each<[string, Record<string, string>, string[]]>([
  ['a key', { HUAWEICLOUD_SDK_AK: '"AKTEST"' }, [`HUAWEICLOUD_SDK_AK: ${quoted}`]],
  ['a secret key', { HUAWEICLOUD_SDK_SK: "'SKTEST'" }, [`HUAWEICLOUD_SDK_SK: ${quoted}`]],
  ['a token', { HUAWEICLOUD_SDK_SECURITY_TOKEN: '"SKTEST"\n' }, [`HUAWEICLOUD_SDK_SECURITY_TOKEN: ${quoted}`]],
  ['a region', { SECMASTER_REGION: '"cn-north-4"' }, [`SECMASTER_REGION: ${quoted}`]],
  ['a path', { SECMASTER_STATE_PATH: '"data/secmaster.db"' }, [`SECMASTER_STATE_PATH: ${quoted}`]],
  ['an id', { HUAWEICLOUD_SDK_PROJECT_ID: `'${'0'.repeat(32)}'` }, [`HUAWEICLOUD_SDK_PROJECT_ID: ${quoted}`]],
])('%s in quotes is refused with what to do, and not shown', async (_, environment, problems) => {
  expect(problemsOf(await loadEnvironment({ ...alone, ...environment }))).toEqual(problems);
});

test('a key in quotes in a file of its own is refused too', async () => {
  const text = `${workspace}    credentials:\n      ak_sk: { ak: A, sk_file: ${writeFile('sk', '"SKTEST"\n')} }\n`;
  expect(problemsOf(await loadText(text))).toEqual([
    `config.yml:7: workspaces[0].credentials.ak_sk.sk_file: ${quoted}`,
  ]);
});

test('quotes in a YAML file are not part of a value', async () => {
  expect(configOf(await loadText(complete.replace('AKTEST', '"AKTEST"'))).workspaces).toHaveLength(1);
});
