import { describe, expect, test } from 'vitest';
import { configOf, loadText, problemsOf, workspace, writeFile } from './loading.ts';

const withCredentials = (text: string) => `${workspace}    credentials: ${text}\n`;

const profile = '[basic]\nak = A\nsk = S\n';

describe('credentials', () => {
  const at = 'config.yml:6: workspaces[0].credentials';
  test.each<[string, string, string[]]>([
    ['none', '{}', [`${at}: needs one of ak_sk, password, token, agency, profile and oidc`]],
    ['an empty value', '', [`${at}: is empty; set a value`]],
    ['text', 'SKTEST', [`${at}: must be a mapping (key: value)`]],
    [
      'two kinds',
      '{ ak_sk: { ak: A, sk: S }, password: { domain: d, user: u, password: p } }',
      [`${at}: must have exactly one kind, not ak_sk and password`],
    ],
    ['a token without its file', '{ token: {} }', [`${at}.token.token_file: is missing`]],
    [
      'a token in place of its file',
      '{ token: { token: T } }',
      [`${at}.token.token_file: is missing`, `${at}.token: has an unknown key; valid keys: token_file`],
    ],
    ['a token file that is not there', '{ token: { token_file: /nowhere } }', [`${at}.token.token_file: no such file`]],
    ['a token file without a name', '{ token: { token_file: } }', [`${at}.token.token_file: is empty; set a value`]],
    [
      'a directory for a token file',
      '{ token: { token_file: / } }',
      [`${at}.token.token_file: is a directory, not a file`],
    ],
    ['a token itself', '{ token: SKTEST }', [`${at}.token: must be a mapping (key: value)`]],
    [
      'an agency of a metadata service that others could listen to',
      '{ agency: { endpoint: "http://10.0.0.1" } }',
      [
        `${at}.agency.endpoint: must begin with https://; http:// sends credentials unencrypted and is allowed only for link-local addresses`,
      ],
    ],
    [
      'an agency of no URL',
      '{ agency: { endpoint: 169.254.169.254 } }',
      [
        `${at}.agency.endpoint: must be like https://secmaster.cn-north-4.myhuaweicloud.com, without path, query or user`,
      ],
    ],
    ['an identity provider alone', '{ oidc: { idp_id: i } }', [`${at}.oidc.id_token_file: is missing`]],
    ['its token alone', '{ oidc: { id_token_file: § } }', [`${at}.oidc.idp_id: is missing`]],
    [
      'its token in place of the file',
      '{ oidc: { idp_id: i, id_token: T } }',
      [`${at}.oidc.id_token_file: is missing`, `${at}.oidc: has an unknown key; valid keys: idp_id, id_token_file`],
    ],
    ['its token in no file', '{ oidc: { idp_id: i, id_token_file: T } }', [`${at}.oidc.id_token_file: no such file`]],
    ['a profile by name', '{ profile: basic }', [`${at}.profile: must be a mapping (key: value)`]],
    [
      'a profile with a key',
      '{ profile: { file: ¶, region: x } }',
      [`${at}.profile: has an unknown key; valid keys: file, section`],
    ],
    ['a directory for a profile file', '{ profile: { file: / } }', [`${at}.profile.file: is a directory, not a file`]],
    [
      'every kind at once',
      '{ ak_sk: { ak: A, sk: S }, password: { domain: d, user: u, password: p }, token: { token_file: § }, agency: {}, profile: { file: ¶ } }',
      [`${at}: must have exactly one kind, not ak_sk and password and token and agency and profile`],
    ],
    [
      'a password that is blank',
      '{ password: { domain: d, user: u, password: "  " } }',
      [`${at}.password.password: is empty; set a value`],
    ],
    [
      'a password twice',
      '{ password: { domain: d, user: u, password: p, password_file: § } }',
      [`${at}.password.password_file: conflicts with password; keep one of them`],
    ],
    [
      'a security token twice',
      '{ ak_sk: { ak: A, sk: S, security_token: T, security_token_file: § } }',
      [`${at}.ak_sk.security_token_file: conflicts with security_token; keep one of them`],
    ],
    [
      'an access key twice',
      '{ ak_sk: { ak: A, ak_file: §, sk: S } }',
      [`${at}.ak_sk.ak_file: conflicts with ak; keep one of them`],
    ],
    ['an agency by name', '{ agency: reader }', [`${at}.agency: must be a mapping (key: value)`]],
    [
      'an agency with a key',
      '{ agency: { name: reader } }',
      [`${at}.agency: has an unknown key; valid keys: endpoint`],
    ],
    ['a profile file that is not there', '{ profile: { file: /nowhere } }', [`${at}.profile.file: no such file`]],
    [
      'an unknown kind',
      '{ aksk: { ak: A, sk: S } }',
      [
        `${at}: has an unknown key; did you mean ak_sk?`,
        `${at}: needs one of ak_sk, password, token, agency, profile and oidc`,
      ],
    ],
    ['a kind that is no mapping', '{ password: PWTEST }', [`${at}.password: must be a mapping (key: value)`]],
    [
      'no key at all',
      '{ ak_sk: {} }',
      [`${at}.ak_sk.ak: is missing; set it or ak_file`, `${at}.ak_sk.sk: is missing; set it or sk_file`],
    ],
    ['an access key without its secret', '{ ak_sk: { ak: A } }', [`${at}.ak_sk.sk: is missing; set it or sk_file`]],
    ['an empty secret key', '{ ak_sk: { ak: A, sk: "" } }', [`${at}.ak_sk.sk: is empty; set a value`]],
    [
      'a secret key that YAML takes for a number',
      '{ ak_sk: { ak: A, sk: 123456 } }',
      [`${at}.ak_sk.sk: must be text; put it in quotes`],
    ],
    [
      'a secret key with a space',
      '{ ak_sk: { ak: A, sk: S T } }',
      [`${at}.ak_sk.sk: must be a single word of printable ASCII characters`],
    ],
    [
      'a secret key twice',
      '{ ak_sk: { ak: A, sk: S, sk_file: /dev/null } }',
      [`${at}.ak_sk.sk_file: is a device, not a file`, `${at}.ak_sk.sk_file: conflicts with sk; keep one of them`],
    ],
    [
      'a secret key without its space',
      '{ ak_sk: { ak: A, sk:SKTEST } }',
      [
        `${at}.ak_sk: has an unknown key; valid keys: ak, ak_file, sk, sk_file, security_token, security_token_file`,
        `${at}.ak_sk.sk: is missing; set it or sk_file`,
      ],
    ],
    [
      'a file without end',
      '{ ak_sk: { ak: A, sk_file: /dev/zero } }',
      [`${at}.ak_sk.sk_file: is a device, not a file`],
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
      [`${at}.password.password: is missing; set it or password_file`],
    ],
  ])('refused: %s', async (_, text, problems) => {
    const given = text.replaceAll('§', writeFile('file', 'T\n')).replace('¶', writeFile('profile', profile));
    expect(problemsOf(await loadText(withCredentials(given)))).toEqual(problems);
  });

  test.each<[string, string | Uint8Array, string]>([
    ['an empty file', '', 'the file is empty'],
    ['a file of one newline', '\n', 'the file is empty'],
    ['a file of two lines', 'S\nT\n', 'must be a single word of printable ASCII characters'],
    ['a file that is no text', Uint8Array.of(0x61, 0xff), 'is not UTF-8 text; save it as UTF-8'],
    ['a file in UTF-16', Uint8Array.of(0xff, 0xfe, 0x61, 0), 'is UTF-16 text; save it as UTF-8'],
    ['a file with a NUL', 'S\0', 'contains NUL characters; save it as text in UTF-8, or as PEM if it is a certificate'],
    ['a file that is too large', 'x'.repeat(1_048_577), 'is larger than 1048576 bytes'],
  ])('refused: %s', async (_, content, problem) => {
    const text = withCredentials(`{ ak_sk: { ak: A, sk_file: ${writeFile('sk', content)} } }`);
    expect(problemsOf(await loadText(text))).toEqual([`${at}.ak_sk.sk_file: ${problem}`]);
  });

  test.each<[string, string, string, string]>([
    [
      'a token of two lines',
      'token: { token_file: § }',
      'T\nT\n',
      'token.token_file: must be a single word of printable ASCII characters',
    ],
    ['no token', 'token: { token_file: § }', '\n', 'token.token_file: the file is empty'],
    [
      'a blank password',
      'password: { domain: d, user: u, password_file: § }',
      ' \n',
      'password.password_file: must not be blank',
    ],
    [
      'an access key with a blank',
      'ak_sk: { ak_file: §, sk: S }',
      'A K',
      'ak_sk.ak_file: must be a single word of printable ASCII characters',
    ],
    [
      'a security token beyond ASCII',
      'ak_sk: { ak: A, sk: S, security_token_file: § }',
      'T€',
      'ak_sk.security_token_file: must be a single word of printable ASCII characters',
    ],
  ])('refused: a file of %s', async (_, text, content, problem) => {
    const given = withCredentials(`{ ${text.replace('§', writeFile('secret', content))} }`);
    expect(problemsOf(await loadText(given))).toEqual([`${at}.${problem}`]);
  });

  test.each<[string, string, string]>([
    ['without the section', '[global]\nak=A\nsk=S\n', 'has no section [basic]'],
    ['without an access key', '[basic]\nsk=S\n', 'has no ak in this section'],
    ['without its secret', '[basic]\nak=A\nsk=\n', 'has no sk in this section'],
    [
      'of an identity provider',
      '[basic]\nidp_id=I\nid_token_file=f\n',
      'has no ak in this section; put its idp_id and id_token_file into credentials of the kind oidc',
    ],
    [
      'with a key of two words',
      '[basic]\nak=A\nsk=S T\n',
      'sk in this section must be a single word of printable ASCII characters',
    ],
    ['that is no INI', '{]', 'has no section [basic]'],
  ])('refused: a profile file %s', async (_, content, problem) => {
    const text = withCredentials(`{ profile: { file: ${writeFile('credentials', content)} } }`);
    expect(problemsOf(await loadText(text))).toEqual([`${at}.profile.file: ${problem}`]);
  });

  test.each<[string, string, object]>([
    ['a token file', '{ token: { token_file: § } }', { kind: 'token', token: { form: 'key' } }],
    [
      'a token of an identity provider',
      '{ oidc: { idp_id: my-cluster, id_token_file: § } }',
      { kind: 'oidc', idpId: 'my-cluster', idToken: { form: 'key' } },
    ],
    ['an agency', '{ agency: {} }', { kind: 'agency', endpoint: 'http://169.254.169.254' }],
    ['an agency without braces', '{ agency: }', { kind: 'agency', endpoint: 'http://169.254.169.254' }],
    [
      'an agency of a metadata service on this machine',
      '{ agency: { endpoint: "http://127.0.0.1:80" } }',
      { kind: 'agency', endpoint: 'http://127.0.0.1' },
    ],
    [
      'keys in files',
      '{ ak_sk: { ak_file: §, sk_file: §, security_token_file: § } }',
      { kind: 'ak_sk', ak: { form: 'key' }, sk: { form: 'key' }, securityToken: { form: 'key' } },
    ],
    [
      'a password in a file',
      '{ password: { domain: d, user: u, password_file: § } }',
      { kind: 'password', password: { form: 'password' } },
    ],
    [
      'an agency of a metadata service with TLS',
      '{ agency: { endpoint: "https://metadata.example.com" } }',
      { kind: 'agency', endpoint: 'https://metadata.example.com' },
    ],
    ['a profile', '{ profile: { file: §, section: soc } }', { kind: 'profile', section: 'soc' }],
  ])('taken: %s', async (_, text, expected) => {
    const content = text.includes('profile') ? '[soc]\nak = A\nsk = S\n' : 'T\n';
    const given = withCredentials(text.replaceAll('§', writeFile('file', content)));
    expect(configOf(await loadText(given)).workspaces[0]?.credentials).toMatchObject(expected);
  });

  test('half of them in the environment are a problem there', async () => {
    expect(problemsOf(await loadText(workspace, { HUAWEICLOUD_SDK_AK: 'A' }))).toEqual([
      'HUAWEICLOUD_SDK_SK: is missing, but HUAWEICLOUD_SDK_AK is set',
    ]);
  });
});
