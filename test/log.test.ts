import { pino } from 'pino';
import { expect, test } from 'vitest';
import { loggerOptions } from '../src/log.ts';
import { Secret } from '../src/model/secret.ts';

/** The one line that is logged. */
function logged(fields: object, message = 'said'): string {
  let line = '';
  const log = pino(loggerOptions, {
    write: (text: string) => {
      line += text;
    },
  });
  log.error(fields, message);
  return line;
}

const key = 'THE-SECRET';
const circle: Record<string, unknown> = { sk: key };
circle.self = circle;

test.each<[string, object]>([
  ['a header', { headers: { authorization: key, 'X-Auth-Token': key, 'x-security-token': key } }],
  ['a key of a configuration', { workspace: { credentials: { ak_sk: { sk: key, security_token: key } } } }],
  ['a password in a list', { users: [{ name: 'x', password: key }] }],
  ['a map', { headers: new Map([['x-subject-token', key]]) }],
  ['a Secret', { anything: new Secret(key), deep: [{ anything: new Secret(key) }] }],
  ['an object that contains itself', circle],
  [
    'an error with its request',
    { err: Object.assign(new Error('refused'), { request: { headers: { authorization: key } } }) },
  ],
  ['the cause of an error', { err: new Error('refused', { cause: Object.assign(new Error('why'), { token: key }) }) }],
  ['a child of a child', { a: { b: { c: { d: { e: { f: { g: { h: { i: { sk: key } } } } } } } } } }],
])('no secret is logged that hides in %s', (_, fields) => {
  const line = logged(fields);
  expect(line).toContain('said');
  expect(line).not.toContain(key);
});

test('all else is logged as it is', () => {
  const line = JSON.parse(
    logged({ workspace: 'prod', nodes: ['a'], count: 2, at: new Date(0), none: null, tokens: 3 }),
  );
  expect(line).toMatchObject({
    workspace: 'prod',
    nodes: ['a'],
    count: 2,
    at: '1970-01-01T00:00:00.000Z',
    none: null,
    tokens: 3,
    msg: 'said',
  });
});

test('an error keeps its message and its stack', () => {
  const { err } = JSON.parse(logged({ err: new TypeError('no such thing') }));
  expect(err).toMatchObject({
    type: 'TypeError',
    message: 'no such thing',
    stack: expect.stringContaining('log.test.ts'),
  });
});
