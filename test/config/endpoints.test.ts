import { describe, expect, test } from 'vitest';
import { defaultEndpoint, isLoopback, isRegion, parseOrigin } from '../../src/config/endpoints.ts';

test.each([
  ['cn-north-4', 'https://secmaster.cn-north-4.myhuaweicloud.com', 'https://iam.cn-north-4.myhuaweicloud.com'],
  ['eu-west-101', 'https://secmaster.eu-west-101.myhuaweicloud.eu', 'https://iam.eu-west-101.myhuaweicloud.eu'],
  ['eu-west-2', 'https://secmaster.eu-west-2.myhuaweicloud.com', 'https://iam.eu-west-2.myhuaweicloud.com'],
])('the endpoints of %s', (region, secmaster, iam) => {
  expect(defaultEndpoint('secmaster', region)).toBe(secmaster);
  expect(defaultEndpoint('iam', region)).toBe(iam);
});

test.each(['cn-north-4', 'cn-southwest-2', 'my-kualalumpur-1', 'sa-brazil-1', 'eu-west-101', 'xx-new-7'])(
  '%s has the form of a region',
  (region) => {
    expect(isRegion(region)).toBe(true);
  },
);

test.each(['', 'eu-west', 'eu-west101', 'EU-WEST-101', 'cn-north-4.evil.example', 'cn-north-4/', 'cn-north-4\n'])(
  '%j has not',
  (region) => {
    expect(isRegion(region)).toBe(false);
  },
);

/** The regions that Huawei Cloud's SDKs know SecMaster in. */
const regions =
  'cn-north-1 cn-north-2 cn-north-4 cn-north-9 cn-north-11 cn-north-12 cn-east-2 cn-east-3 cn-east-4 cn-east-5 cn-south-1 cn-south-2 cn-southwest-2 cn-southwest-3 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 my-kualalumpur-1 af-north-1 af-south-1 la-north-2 la-south-2 sa-brazil-1 me-east-1 tr-west-1 eu-west-101';

test.each(regions.split(' '))('%s is taken, with its host', (region) => {
  expect(isRegion(region)).toBe(true);
  const domain = region === 'eu-west-101' ? 'myhuaweicloud.eu' : 'myhuaweicloud.com';
  expect(defaultEndpoint('secmaster', region)).toBe(`https://secmaster.${region}.${domain}`);
});

describe('parseOrigin', () => {
  test.each([
    ['https://secmaster.example.com', 'https://secmaster.example.com'],
    ['https://secmaster.example.com/', 'https://secmaster.example.com'],
    ['HTTPS://SecMaster.example.com:443', 'https://secmaster.example.com'],
    ['http://127.0.0.1:19211', 'http://127.0.0.1:19211'],
    ['http://[::1]:19211', 'http://[::1]:19211'],
  ])('takes %s', (text, origin) => {
    expect(parseOrigin(text)?.origin).toBe(origin);
  });

  test.each([
    ['no scheme', 'secmaster.example.com'],
    ['another scheme', 'ftp://secmaster.example.com'],
    ['a path', 'https://example.com/v1'],
    ['an empty query', 'https://example.com?'],
    ['a fragment', 'https://example.com#a'],
    ['a user', 'https://user:pass@example.com'],
    ['a backslash', 'https://example.com\\v1'],
    ['white space', ' https://example.com'],
    ['no host', 'https://'],
    ['a port that is none', 'https://example.com:99999'],
  ])('refuses %s', (_, text) => {
    expect(parseOrigin(text)).toBeNull();
  });
});

test.each([
  ['http://localhost:1', true],
  ['http://simulator.localhost', true],
  ['http://127.1.2.3', true],
  ['http://[::1]', true],
  ['http://127.0.0.1.example.com', false],
  ['http://localhost.example.com', false],
  ['http://10.0.0.1', false],
  ['http://0.0.0.0', false],
])('isLoopback of %s is %s', (text, expected) => {
  expect(isLoopback(new URL(text))).toBe(expected);
});
