import { describe, expect, test } from 'vitest';
import { tokenAdvice } from '../../../src/secmaster/credentials/password.ts';
import { type Advice, notJsonError, statusError } from '../../../src/secmaster/http/answer-error.ts';

/** Whose calls have advice of their own. */
const adviceOf: Readonly<Record<string, Advice>> = { create_token: tokenAdvice };

function fail(httpStatus: number, body: unknown, operation = 'list_instances', headers = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return statusError(
    { operation, secrets: ['S3CRET-TOKEN'], advice: adviceOf[operation] ?? {} },
    { httpStatus, headers, text },
  );
}

describe('the four shapes of an error body', () => {
  test.each([
    ["SecMaster's", { code: '20030001', message: 'invalid parameters' }, '20030001', null],
    [
      'its newer one',
      { error_code: 'SecMaster.20030001', error_msg: 'invalid parameters' },
      'SecMaster.20030001',
      null,
    ],
    [
      "the gateway's",
      { error_code: 'APIGW.0201', error_msg: 'invalid parameters', request_id: 'r-1' },
      'APIGW.0201',
      'r-1',
    ],
    ["IAM's", { error: { code: 400, message: 'invalid parameters', title: 'Bad Request' } }, '400', null],
  ])('%s', (_, body, code, requestId) => {
    const error = fail(400, body);
    expect(error).toMatchObject({ kind: 'bad_request', httpStatus: 400, code, requestId });
    expect(error.message).toMatch(/^list_instances: 400 \S+ \(invalid parameters\): check /);
  });

  test.each([
    [''],
    ['{'],
    ['[]'],
    ['null'],
    [{}],
    [{ code: {}, message: 7, error: 'x', error_code: null }],
    ['plain text'],
  ])('none of them: %j', (body) => {
    expect(fail(400, body)).toMatchObject({ kind: 'bad_request', code: null, requestId: null });
  });

  test('the request id of the header comes first', () => {
    expect(fail(500, { request_id: 'body' }, 'list_instances', { 'x-request-id': 'header' }).requestId).toBe('header');
  });
});

describe('what to fix', () => {
  test.each<[number, unknown, string, string, string]>([
    [401, {}, 'list_instances', 'unauthorized', 'ak and sk'],
    [401, { error_code: 'APIGW.0307' }, 'list_instances', 'unauthorized', 'another region'],
    [401, { error_code: 'APIG.0307' }, 'list_instances', 'unauthorized', 'another region'],
    [
      401,
      { error_code: 'APIGW.0301', error_msg: 'signature expired' },
      'list_instances',
      'unauthorized',
      "check that this machine's clock is correct",
    ],
    [401, {}, 'create_token', 'unauthorized', 'domain, user and password'],
    [403, {}, 'list_workspaces', 'forbidden', 'SecMaster ReadOnlyAccess'],
    [403, { code: '20010001' }, 'list_instances', 'forbidden', 'does not exist in this project'],
    [400, { code: 20010001 }, 'list_instances', 'bad_request', 'does not exist in this project'],
    [400, { code: '20011003' }, 'list_instances', 'bad_request', 'does not exist in this project'],
    [404, {}, 'list_instances', 'not_found', 'endpoint'],
    [404, {}, 'create_token', 'not_found', 'iam_endpoint'],
    [429, {}, 'list_instances', 'throttled', 'poll.rate_limit'],
    [500, {}, 'list_instances', 'server_error', 'the configuration is not the cause'],
    [302, {}, 'list_instances', 'unexpected_status', 'endpoint'],
  ])('%d %j of %s is %s: %s', (status, body, operation, kind, advice) => {
    const error = fail(status, body, operation);
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(advice);
  });
});

describe('HTML of a proxy', () => {
  const html = '<!DOCTYPE html>\n<html><head><title>Access\n denied</title></head></html>';
  test.each([401, 403, 407])('with %d is not a response of the API', (status) => {
    expect(fail(status, html)).toMatchObject({ kind: 'body_not_json', httpStatus: status });
    expect(fail(status, html).message).toContain('"Access denied"');
  });
  test.each([
    [502, 'server_error'],
    [429, 'throttled'],
  ])('with %d is %s', (status, kind) => expect(fail(status, html).kind).toBe(kind));
});

describe('nothing is repeated that must not be', () => {
  test.each<[string, unknown]>([
    [
      'the canonical request in a 0301',
      {
        error_code: 'APIGW.0301',
        error_msg:
          'Incorrect IAM authentication information: verify aksk signature fail, canonicalRequest:GET|/v1/|x-security-token:OTHER',
      },
    ],
    ['a token in a message', { code: '1', message: 'token S3CRET-TOKEN is bad' }],
    ['a token in a code', { code: 'S3CRET-TOKEN', message: 'bad' }],
    ['a token as a request id', { request_id: 'S3CRET-TOKEN' }],
    ['a token in a title', '<html><title>S3CRET-TOKEN</title></html>'],
  ])('%s', (_, body) => {
    const error = fail(401, body);
    const shown = `${error.message} ${JSON.stringify(error)} ${error.stack}`;
    expect(shown).not.toMatch(/S3CRET-TOKEN|canonical|OTHER/);
  });

  test('a long message of many lines becomes a short one', () => {
    const { message } = fail(400, { code: '1', message: `a\r\n\u001b[31m${'b'.repeat(5_000)}` });
    expect(message).toMatch(/^list_instances: 400 1 \(a \[31mb+…\): /);
    expect(message.length).toBeLessThan(400);
  });
});

test('the title of a page full of beginnings of titles is found at once, or not at all', () => {
  const began = performance.now();
  const page = `<html>${'<title'.repeat(30_000)}`;
  const asked = { operation: 'list_instances', secrets: [] };
  expect(notJsonError(asked, { httpStatus: 200, headers: {}, text: page }).message).toContain('an HTML page ""');
  const { message } = notJsonError(asked, { httpStatus: 200, headers: {}, text: `${page} lang="en">Sign in</title>` });
  expect(message).toContain('an HTML page "Sign in"');
  expect(performance.now() - began).toBeLessThan(2_000);
});
