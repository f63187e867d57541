import { describe, expect, test } from 'vitest';
import { parseAuthorization, signatureOf } from '../../src/simulator/signature.ts';

const secMaster =
  'https://secmaster.eu-west-101.myhuaweicloud.eu/v1/0123456789abcdef0123456789abcdef/workspaces/11111111-2222-3333-4444-555555555555/soc/workflows/instances';
const page = '?limit=100&offset=0&sort_key=update_time&sort_dir=DESC';
const project = { 'X-Project-Id': '0123456789abcdef0123456789abcdef' };
const temporary = { 'X-Security-Token': 'STTEST+/=token' };

/** Made by Huawei's own signer for Node with AKTEST and SKTEST at 20250718T151103Z. */
describe("what Huawei's SDK signs", () => {
  test.each<[string, string, Record<string, string>, string, string]>([
    ['a page', page, {}, 'host;x-sdk-date', '37b07d7c215b0634284676dc93a102e73cc4bb0f5f486c42f5546f054f4727e6'],
    [
      'times with plus and colon',
      `${page}&from_date=2025-07-18T15%3A11%3A03.000Z%2B0800&to_date=2025-07-18T16%3A11%3A03.000Z%2B0800`,
      {},
      'host;x-sdk-date',
      '8e9d583236425a91abd62827d331dd5f36a3ded773fcda88d92fbd04ca7c56e4',
    ],
    [
      'Chinese and spaces',
      `${page}&name=%E8%87%AA%E5%8A%A8%E5%85%B3%E9%97%AD%20%E9%87%8D%E5%A4%8D%E5%91%8A%E8%AD%A6%20v1`,
      {},
      'host;x-sdk-date',
      '57e8a428f7a818c15f7d33ecb951f8b799216816f20cfe65dc597afa85913fa2',
    ],
    [
      'reserved punctuation',
      `${page}&name=a%21b%2Ac%27d%28e%29f~g%2Fh%3Fi%3Dj%26k%25l%23m%2Cn%3Bo%40p%24q%5Br%5D`,
      {},
      'host;x-sdk-date',
      'e5f404b94d9a4fdf7cbc064653663386c17223cd057a16c57dac1223df3c7a03',
    ],
    [
      'an emoji',
      `${page}&name=alert%20%F0%9F%9A%A8`,
      {},
      'host;x-sdk-date',
      '8b476d3cb63ff56ce38fc8824975df1e50341aa635d849eb2737d2baf7ad2405',
    ],
    [
      'a security token',
      page,
      temporary,
      'host;x-sdk-date;x-security-token',
      'c738cbb218b5c8cc1d00283abaeddb3f654f3eeca19f51e63ed866718ae085f4',
    ],
    [
      'a project id',
      page,
      project,
      'host;x-project-id;x-sdk-date',
      '9043a33a4ba0d75ce9207eaf8ecdc1ede1ff6eecdf0f6642f7621e7f8fe0e29a',
    ],
    [
      'a content type',
      page,
      { ...project, 'content-type': 'application/json' },
      'content-type;host;x-project-id;x-sdk-date',
      '6dbc2e650046de4d7b9d333e633798338d51fffe2c8016ca31df0e67ab944046',
    ],
    [
      'all of it',
      `${page}&from_date=2025-07-18T15%3A11%3A03.000Z%2B0800&status=FAILED`,
      { ...project, ...temporary },
      'host;x-project-id;x-sdk-date;x-security-token',
      'a62de6b196f469db6b525d0b911d27f32db952e7433fac2de896b16f1630c217',
    ],
    ['no query', '', {}, 'host;x-sdk-date', 'd9e87efc3aed0b2492773146d08d08015fb1a68eaea6872b260ec710a89fefb7'],
  ])('%s', (_, query, headers, signedHeaders, signature) => {
    const request = {
      method: 'GET',
      url: new URL(secMaster + query),
      headers: new Headers({ 'X-Sdk-Date': '20250718T151103Z', ...headers }),
      body: '',
    };
    expect(signatureOf(request, signedHeaders.split(';'), 'SKTEST')).toBe(signature);
  });
});

/** From the test suites of Huawei's SDKs for Java, Python and Go. */
describe('what other SDKs sign', () => {
  test.each([
    [
      'a body (Java)',
      'POST',
      'https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpc/123',
      '20191115T033655Z',
      'host;x-sdk-date',
      '{"key":"value"}',
      'b5649aa774f6cac7437631662f08815fc65c70e40e486df6db2436ce68902771',
    ],
    [
      'an empty path (Java)',
      'GET',
      'https://example.com',
      '20191115T033655Z',
      'host;x-sdk-date',
      '',
      '919ad8b75d4ad49da0d377e63ee21c4a7a54b752f6bf2878b4adbe9c19927da6',
    ],
    [
      'a query with a body (Python)',
      'POST',
      'https://service.endpoint.myhuaweicloud.com/resources?size=1',
      '20200608T023900Z',
      'host;x-sdk-date',
      '{"name":"test","id":1}',
      '436b1ac0a1ae03705934bb70ef2f2e09f7bfed2117d731a38235053199323a1f',
    ],
    [
      'no host (Go)',
      'GET',
      'https://anything.example.com/path?limit=1',
      '20060102T150405Z',
      'x-sdk-date',
      '',
      '5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624',
    ],
  ])('%s', (_, method, url, date, signedHeaders, body, signature) => {
    const request = { method, url: new URL(url), headers: new Headers({ 'X-Sdk-Date': date }), body };
    expect(signatureOf(request, signedHeaders.split(';'), 'SecretKey')).toBe(signature);
  });
});

describe('parseAuthorization', () => {
  const signature = '0'.repeat(64);

  test('reads the three parts', () => {
    expect(
      parseAuthorization(`SDK-HMAC-SHA256 Access=AKTEST, SignedHeaders=host;X-Sdk-Date, Signature=${signature}`),
    ).toEqual({ ak: 'AKTEST', signedHeaders: ['host', 'x-sdk-date'], signature });
  });

  test.each([
    ['nothing', ''],
    ['another scheme', 'Basic dXNlcjpwYXNzd29yZA=='],
    ['no signed headers', `SDK-HMAC-SHA256 Access=AKTEST, Signature=${signature}`],
    ['a short signature', 'SDK-HMAC-SHA256 Access=AKTEST, SignedHeaders=host, Signature=00'],
  ])('refuses %s', (_, text) => {
    expect(parseAuthorization(text)).toBeNull();
  });
});
