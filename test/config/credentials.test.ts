import { describe, expect, test } from 'vitest';
import { loadText, problemsOf, workspace, writeFile } from './loading.ts';

const withCredentials = (text: string) => `${workspace}    credentials: ${text}\n`;

describe('credentials', () => {
  const at = 'config.yml:6: workspaces[0].credentials';
  test.each<[string, string, string[]]>([
    ['none', '{}', [`${at}: needs ak_sk or password`]],
    ['an empty value', '', [`${at}: is empty; give it a value`]],
    ['text', 'SKTEST', [`${at}: must be a mapping (key: value)`]],
    [
      'two kinds',
      '{ ak_sk: { ak: A, sk: S }, password: { domain: d, user: u, password: p } }',
      [`${at}: takes one kind only, not ak_sk and password`],
    ],
    ['a token', '{ token: { token_file: a } }', [`${at}.token: is not supported yet`]],
    ['an agency', '{ agency: {} }', [`${at}.agency: is not supported yet`]],
    ['an agency without braces', '{ agency: }', [`${at}.agency: is not supported yet`]],
    ['a profile', '{ profile: { file: a, section: basic } }', [`${at}.profile: is not supported yet`]],
    [
      'an unknown kind',
      '{ aksk: { ak: A, sk: S } }',
      [`${at}: has an unknown key; did you mean ak_sk?`, `${at}: needs ak_sk or password`],
    ],
    ['a kind that is no mapping', '{ password: PWTEST }', [`${at}.password: must be a mapping (key: value)`]],
    [
      'no key at all',
      '{ ak_sk: {} }',
      [`${at}.ak_sk.ak: is missing; give it or ak_file`, `${at}.ak_sk.sk: is missing; give it or sk_file`],
    ],
    ['an access key without its secret', '{ ak_sk: { ak: A } }', [`${at}.ak_sk.sk: is missing; give it or sk_file`]],
    ['an empty secret key', '{ ak_sk: { ak: A, sk: "" } }', [`${at}.ak_sk.sk: is empty; give it a value`]],
    [
      'a secret key that YAML takes for a number',
      '{ ak_sk: { ak: A, sk: 123456 } }',
      [`${at}.ak_sk.sk: must be text; put it in quotes`],
    ],
    [
      'a secret key with a space',
      '{ ak_sk: { ak: A, sk: S T } }',
      [`${at}.ak_sk.sk: must be one word of ASCII letters, digits and signs`],
    ],
    [
      'a secret key twice',
      '{ ak_sk: { ak: A, sk: S, sk_file: /dev/null } }',
      [`${at}.ak_sk.sk_file: is an empty file`, `${at}.ak_sk.sk_file: stands beside sk; keep one`],
    ],
    [
      'a secret key without its space',
      '{ ak_sk: { ak: A, sk:SKTEST } }',
      [
        `${at}.ak_sk: has an unknown key; known here: ak, ak_file, sk, sk_file, security_token, security_token_file`,
        `${at}.ak_sk.sk: is missing; give it or sk_file`,
      ],
    ],
    ['a file that is not there', '{ ak_sk: { ak: A, sk_file: /SKTEST } }', [`${at}.ak_sk.sk_file: no such file`]],
    ['a directory for a file', '{ ak_sk: { ak: A, sk_file: / } }', [`${at}.ak_sk.sk_file: is a directory, not a file`]],
    ['no user', '{ password: { domain: d, password: p } }', [`${at}.password.user: is missing`]],
    [
      'a user whose name YAML takes for a number',
      '{ password: { domain: d, user: 7, password: p } }',
      [`${at}.password.user: must be text; put it in quotes`],
    ],
    [
      'no password',
      '{ password: { domain: d, user: u } }',
      [`${at}.password.password: is missing; give it or password_file`],
    ],
  ])('refused: %s', (_, text, problems) => {
    expect(problemsOf(loadText(withCredentials(text)))).toEqual(problems);
  });

  test.each<[string, string | Uint8Array, string]>([
    ['an empty file', '', 'is an empty file'],
    ['a file of one newline', '\n', 'is an empty file'],
    ['a file of two lines', 'S\nT\n', 'must be one word of ASCII letters, digits and signs'],
    ['a file that is no text', Uint8Array.of(0xff, 0xfe), 'is not UTF-8 text'],
    ['a file that is too large', 'x'.repeat(65_537), 'is larger than 65536 bytes'],
  ])('refused: %s', (_, content, problem) => {
    const text = withCredentials(`{ ak_sk: { ak: A, sk_file: ${writeFile('sk', content)} } }`);
    expect(problemsOf(loadText(text))).toEqual([`${at}.ak_sk.sk_file: ${problem}`]);
  });

  test('missing ones name the environment too', () => {
    expect(problemsOf(loadText(workspace))).toEqual([
      'config.yml:2: workspaces[0].credentials: is missing; give ak_sk or password, or set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK in the environment',
    ]);
  });

  test('half of them in the environment are a problem there', () => {
    expect(problemsOf(loadText(workspace, { HUAWEICLOUD_SDK_AK: 'A' }))).toEqual([
      'HUAWEICLOUD_SDK_SK: is missing, but HUAWEICLOUD_SDK_AK is set',
    ]);
  });
});
