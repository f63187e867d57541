import type { Dispatcher } from 'undici';
import { scrub } from '../../model/known-secrets.ts';
import { createSecretFinder, isTelling, type SecretFinder } from '../../model/secret-finder.ts';
import { cut, printable } from '../../model/text.ts';
import { errorBodySchema } from './error-body.ts';
import { type ErrorKind, type Operation, SecMasterError } from './errors.ts';

/** Turns a failed or unexpected response into an error that says what to fix. */

export interface Asked {
  readonly operation: Operation;
  /** What a response may echo and no message may show: tokens, signatures, passwords. */
  readonly secrets: readonly string[];
  readonly advice?: Advice;
}

/** What to fix if this call fails with that kind of error; for other kinds the general advice applies. */
export type Advice = Readonly<Partial<Record<ErrorKind, string>>>;

export interface Answer {
  readonly httpStatus: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  /** As much of the body as could be read. */
  readonly text: string;
}

/** An answer whose status is not 2xx. */
export function statusError(asked: Asked, answer: Answer): SecMasterError {
  const { httpStatus } = answer;
  const kind = kindOf(httpStatus);
  if (isHtml(answer) && kind !== 'server_error' && kind !== 'throttled') return notJsonError(asked, answer);
  const { code, said, requestId } = readError(asked, answer);
  const what = [String(httpStatus), code, said === null ? null : `(${said})`].filter((part) => part !== null).join(' ');
  return new SecMasterError(kind, asked.operation, `${what}: ${adviceFor(asked, kind, code, said)}`, {
    httpStatus,
    code,
    requestId,
  });
}

export function notJsonError(asked: Asked, answer: Answer): SecMasterError {
  const { httpStatus } = answer;
  const title = isHtml(answer) ? (/<title[^<>]*>([^<]*)/i.exec(answer.text)?.[1] ?? '') : null;
  const what = title === null ? 'a body that is not JSON' : `an HTML page "${clean(title, asked.secrets, 80)}"`;
  const message = `${httpStatus} with ${what}: check endpoint and iam_endpoint, and whether a proxy responds instead`;
  return new SecMasterError('body_not_json', asked.operation, message, {
    httpStatus,
    requestId: requestIdOf(asked, answer),
  });
}

/** JSON of another shape, such as an error body with status 200. */
export function unexpectedBodyError(asked: Asked, answer: Answer, expected: string): SecMasterError {
  const { code, said, requestId } = readError(asked, answer);
  const found = [code, said].filter((part) => part !== null).join(' ');
  const message = `${answer.httpStatus} without ${expected}${found === '' ? '' : ` (got "${found}")`}: check endpoint and iam_endpoint`;
  return new SecMasterError('unexpected_body', asked.operation, message, {
    httpStatus: answer.httpStatus,
    code,
    requestId,
  });
}

function kindOf(httpStatus: number): ErrorKind {
  if (httpStatus === 401) return 'unauthorized';
  if (httpStatus === 403) return 'forbidden';
  if (httpStatus === 404) return 'not_found';
  if (httpStatus === 429) return 'throttled';
  if (httpStatus >= 500) return 'server_error';
  return httpStatus >= 400 ? 'bad_request' : 'unexpected_status';
}

const unknownWorkspace =
  'the workspace does not exist in this project, or these credentials may not see it: check workspace_id and project_id';

/** A map: a code may be called `constructor`. */
const adviceByCode: ReadonlyMap<string, string> = new Map([
  ['20010001', unknownWorkspace],
  ['20011003', unknownWorkspace],
  ['20030002', 'check project_id'],
  ['0307', 'the token has expired or belongs to another region: check region, endpoint and iam_endpoint'],
]);

function adviceFor({ advice }: Asked, kind: ErrorKind, code: string | null, said: string | null): string {
  const known = adviceByCode.get(codeNumber(code)) ?? advice?.[kind];
  if (known !== undefined) return known;
  if (kind === 'unauthorized' && said === 'signature expired') return "check that this machine's clock is correct";
  return adviceByKind[kind] ?? 'not a response of the API: check endpoint and iam_endpoint';
}

const adviceByKind: Advice = {
  unauthorized: 'check the credentials (ak and sk, and security_token if the keys are temporary)',
  forbidden: 'grant the policy "SecMaster ReadOnlyAccess" in this project; check project_id and workspace_id',
  not_found: 'check endpoint, region, project_id and workspace_id',
  throttled: 'too many requests: lower poll.rate_limit or poll less often',
  server_error: 'the service or a proxy failed; the configuration is not the cause',
  bad_request: 'check project_id and workspace_id',
};

function readError(
  asked: Asked,
  answer: Answer,
): { code: string | null; said: string | null; requestId: string | null } {
  const body = errorBodySchema.safeParse(parseJson(answer.text)).data;
  const code = identifier(body?.error_code ?? body?.code ?? body?.error?.code, asked.secrets);
  const message = body?.error_msg ?? body?.message ?? body?.error?.message ?? '';
  const said = codeNumber(code) === '0301' ? authenticationFault(message) : clean(message, asked.secrets, 200) || null;
  return { code, said, requestId: requestIdOf(asked, answer, body?.request_id) };
}

const authenticationFaults = [
  'decrypt token fail',
  'token expires',
  'x-auth-token not found',
  'verify aksk signature fail',
  'signature expired',
  'ak not exist',
  'AK access failed to reach the limit',
];

/** The gateway's 0301 may echo the canonical request with the security token in it, so only known phrases are repeated. */
function authenticationFault(message: string): string | null {
  return authenticationFaults.find((fault) => message.toLowerCase().includes(fault.toLowerCase())) ?? null;
}

/** The prefix of the gateway's codes varies (APIGW. or APIG.). */
function codeNumber(code: string | null): string {
  return code?.split('.').at(-1) ?? '';
}

function requestIdOf(asked: Asked, { headers }: Answer, inBody?: string | null): string | null {
  const header = headers['x-request-id'];
  return identifier(typeof header === 'string' ? header : inBody, asked.secrets);
}

/** Codes and ids are short and plain; anything else is dropped. */
function identifier(value: string | number | null | undefined, secrets: readonly string[]): string | null {
  const text = String(value ?? '');
  if (!/^[\w.:-]{1,64}$/.test(text) || secrets.includes(text)) return null;
  return scrub(text) !== text || finderOf(secrets).isFoundIn(text) ? null : text;
}

function isHtml({ headers, text }: Answer): boolean {
  return String(headers['content-type'] ?? '').includes('text/html') || /^\s*<(!doctype|html|head|body)\b/i.test(text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** One line, shortened, without secrets. What is far beyond its end is not looked at. */
function clean(given: string, secrets: readonly string[], maxLength: number): string {
  const text = given.slice(0, 20 * maxLength);
  let cleaned = text;
  for (const secret of secrets) if (secret !== '') cleaned = cleaned.replaceAll(secret, '<secret>');
  cleaned = printable(scrub(finderOf(secrets).scrub(cleaned)).replaceAll(/[\s\p{Cc}]+/gu, ' ')).trim();
  return cleaned.length > maxLength ? `${cut(cleaned, maxLength)}…` : cleaned;
}

/** Of what was sent with this request alone, such as its signature. */
function finderOf(secrets: readonly string[]): SecretFinder {
  const finder = createSecretFinder();
  for (const secret of secrets) if (isTelling(secret)) finder.add(secret, '<secret>');
  return finder;
}
