import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { createLog, type LogFormat, loggerOptions } from '../src/log.ts';
import { Secret } from '../src/model/secret.ts';
import { inForm } from './support/form.ts';

/** The one line that is logged, which is JSON. */
function logged(fields: object, { message = 'said', bindings = {} } = {}): string {
  let line = '';
  const log = pino(loggerOptions, {
    write: (text: string) => {
      line += text;
    },
  });
  log.child(bindings).error(fields, message);
  expect(JSON.parse(line)).toBeInstanceOf(Object);
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
  [
    'the errors of an error',
    { err: new AggregateError([Object.assign(new Error('inner'), { config: { token: key } })], 'said by all') },
  ],
  [
    'an error that has JSON of its own',
    { err: Object.assign(new Error('refused'), { toJSON: () => ({ rawHeaders: ['authorization', key] }) }) },
  ],
  ['the message of an error', { err: new Error(`cannot connect to http://proxy-user:${key}@proxy.example.com`) }],
  ['the JSON of an object', { answer: { toJSON: () => ({ credential: { secret: key, securitytoken: key } }) } }],
  ['keys of any style', { secretKey: key, secret_access_key: key, idToken: key, pwd: key, 'X-Subject-Token': key }],
  ['raw headers', { rawHeaders: ['host', 'example.com', 'X-Auth-Token', key] }],
  ['pairs of headers', { headers: [['authorization', key]] }],
  ['headers as text', { sent: `GET / HTTP/1.1\r\nAuthorization: ${key}\r\nx-security-token: ${key}` }],
  ['the body of a request', { request: { body: `user=exporter&pass=${key}` } }],
  ['JSON as text', { sent: JSON.stringify({ auth: { password: `"${key}`, sk: key } }) }],
  ['bytes', { raw: Buffer.from(key), view: new Uint8Array(Buffer.from(key)) }],
  ['a URL', { url: new URL(`https://user:${key}@example.com/`), text: `https://user:${key}@@example.com/` }],
  ['a child of a child', { a: { b: { c: { d: { e: { f: { g: { h: { i: { sk: key } } } } } } } } } }],
])('no secret is logged that hides in %s', (_, fields) => {
  const line = logged(fields);
  expect(line).toContain('said');
  expect(line).not.toContain(key);
  expect(line).not.toContain([...Buffer.from(key)].join(','));
});

test.each<[string, () => string]>([
  ['what a child logger is bound to', () => logged({}, { bindings: { token: key, workspace: { sk: key } } })],
  ['a message', () => logged({}, { message: `no answer of https://user:${key}@example.com: said` })],
  ['an error that is logged without a message', () => logged(new Error(`said: authorization: ${key}`), {})],
])('nor in %s', (_, line) => {
  expect(line()).toContain('said');
  expect(line()).not.toContain(key);
});

const hostile = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 6 },
    fc.jsonValue({ maxDepth: 1 }),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'toJSON', 'message', '__proto__', 'cause'), tie('any'), { maxKeys: 3 }),
    fc
      .tuple(
        fc.constantFrom('Authorization', 'x-auth-token', 'X-Security-Token', 'password', 'sk', 'token'),
        tie('any'),
      )
      .map(([name]) => ({ [name]: key })),
    fc.tuple(tie('any'), tie('any')).map(([cause, own]) => Object.assign(new Error('e', { cause }), { request: own })),
    tie('any').map((one) => new Map([['one', one]])),
  ),
}));

test('nor in anything that is made of objects, lists, maps and errors', () => {
  fc.assert(
    fc.property(hostile.any, fc.string(), (value, text) => {
      const message = `${text}authorization: ${key}${text}`;
      const bindings = { [`x-${text}-token`]: text, workspace: text, authorization: value };
      expect(logged({ value, text: message }, { message, bindings })).not.toContain(key);
    }),
    { numRuns: inForm(100, 500) },
  );
});

test('an object that cannot be read does not keep the rest from being logged', () => {
  const broken = {
    get inside(): never {
      throw new Error('broken');
    },
  };
  expect(JSON.parse(logged({ broken, count: 1 }))).toMatchObject({ broken: '[unreadable]', count: 1, msg: 'said' });
});

test('all else is logged as it is', () => {
  const line = JSON.parse(
    logged({ workspace: 'prod', nodes: ['Reset password', 'b'], count: 2, at: new Date(0), none: null, tokens: 3 }),
  );
  expect(line).toMatchObject({
    workspace: 'prod',
    nodes: ['Reset password', 'b'],
    count: 2,
    at: '1970-01-01T00:00:00.000Z',
    none: null,
    tokens: 3,
    msg: 'said',
  });
});

test.each([
  'create_token: 401 (x-auth-token not found): check domain, user and password; the user must be an IAM user',
  'SECMASTER_ENDPOINT: must be like https://secmaster.cn-north-4.myhuaweicloud.com, without path, query or user',
  'list_instances: 401 APIGW.0307: the token has expired or belongs to another region: check region, endpoint and iam_endpoint',
])('the message stays as it is: %s', (message) => {
  expect(JSON.parse(logged({ problem: message }, { message }))).toMatchObject({ problem: message, msg: message });
});

test('an error keeps its message and its stack', () => {
  const { err } = JSON.parse(logged({ err: new TypeError('no such thing') }));
  expect(err).toMatchObject({
    type: 'TypeError',
    message: 'no such thing',
    stack: expect.stringContaining('log.test.ts'),
  });
});

test.each([
  ['names of headers', 'x-token'],
  ['beginnings of headers', 'x-a-'],
  ['members', '"password":"'],
  ['URLs', '://a:'],
])('a text full of %s is redacted fast', (_, part) => {
  const began = performance.now();
  logged({ said: part.repeat(20_000), url: `://${'a:'.repeat(20_000)}` });
  // In quadratic time it took 14 seconds.
  expect(performance.now() - began).toBeLessThan(5_000);
});

describe('what createLog writes', () => {
  /** What is written by one line of the log. */
  function written(format: LogFormat | null, isTTY: boolean): string {
    const stderr = Object.assign(new PassThrough(), { isTTY });
    const { log } = createLog('info', format, { stderr, above: (line) => `(${line})` });
    log.debug('not this');
    log.warn({ workspace: 'prod', password: key }, 'poll failed');
    return String(stderr.read());
  }
  const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
  const json = `{"level":"warn","time":"${time}","workspace":"prod","password":"<secret>","msg":"poll failed"}`;
  const text = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S*WARN \S* ?poll failed workspace=prod password=<secret>`;

  test.each<[string, LogFormat | null, boolean, string]>([
    ['JSON with words for levels and ISO 8601', 'json', true, json],
    ['JSON elsewhere than at a terminal', null, false, json],
    ['text at a terminal', null, true, text],
    ['text where it is asked for', 'text', false, text],
    ['logfmt', 'logfmt', true, `time=${time} level=warn msg="poll failed" workspace=prod password=<secret>`],
  ])('%s', (_, format, isTTY, pattern) => {
    expect(written(format, isTTY)).toMatch(new RegExp(`^\\(${pattern}\n\\)$`));
  });
});
