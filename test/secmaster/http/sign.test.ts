import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  canonicalRequest,
  encodePath,
  encodeQuery,
  formatSdkDate,
  type Query,
  sign,
  stringToSign,
} from '../../../src/secmaster/http/sign.ts';
import vectors from './signing-vectors.json' with { type: 'json' };

type Values = Readonly<Record<string, unknown>>;

function pairs(query: Values): Query {
  return Object.entries(query).flatMap(([key, value]) => [value].flat().map((each) => [key, String(each)] as const));
}

const all = [...vectors.sdk_node, ...vectors.official];

describe.each(all)('$name', (vector) => {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(vector.headers)) if (value !== undefined) headers[name] = value;
  if (vector.host !== null) headers.Host = vector.host;
  const request = { method: vector.method, path: vector.path, query: pairs(vector.query), headers, body: vector.body };

  test('gives the canonical request', () => {
    expect(canonicalRequest(request)).toBe(vector.canonical_request);
    expect(createHash('sha256').update(canonicalRequest(request)).digest('hex')).toBe(vector.canonical_request_sha256);
  });
  test('gives the string to sign', () => expect(stringToSign(request)).toBe(vector.string_to_sign));
  test('gives the authorization', () => expect(sign(request, vector.ak, vector.sk)).toBe(vector.authorization));
});

test('there are 10 vectors of the SDK and 7 official ones', () => {
  expect([vectors.sdk_node.length, vectors.official.length]).toEqual([10, 7]);
});

test('a query is encoded as the SDKs do', () => {
  const { query, canonical } = vectors.canonical_query_encoding;
  expect(encodeQuery(pairs(query))).toBe(canonical);
});

test.each(vectors.sdk_node)(
  'the query is sent as it is signed, and means what was asked: $name',
  ({ url, path, query }) => {
    const sent = new URL(`${path}?${encodeQuery(pairs(query))}`, url);
    expect(encodePath(path)).toBe(new URL(url).pathname);
    expect(sent.search.slice(1).split('&').sort()).toEqual(
      new URL(url).search
        .slice(1)
        .split('&')
        .filter(Boolean)
        .sort()
        .concat(sent.search === '' ? [''] : [])
        .sort(),
    );
  },
);

test('values of one key are sorted too', () => {
  expect(
    encodeQuery([
      ['a', '2'],
      ['b', ''],
      ['a', '1'],
    ]),
  ).toBe('a=1&a=2&b=');
});

test('a request without its date is not signed', () => {
  expect(() => sign({ method: 'GET', path: '/', query: [], headers: {}, body: '' }, 'ak', 'sk')).toThrow('x-sdk-date');
});

test('formatSdkDate writes UTC to the second', () => {
  expect(formatSdkDate(Date.parse('2025-07-18T15:11:03.999Z'))).toBe('20250718T151103Z');
});
