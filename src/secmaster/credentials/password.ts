import { z } from 'zod';
import { keepSecret } from '../../model/known-secrets.ts';
import { parseTime } from '../../model/time.ts';
import type { HttpRequest } from '../http/answer.ts';
import { type Advice, unexpectedBodyError } from '../http/answer-error.ts';
import type { Credentials } from './credentials.ts';
import type { ConfigOf, Kind } from './kind.ts';
import type { Obtaining } from './obtaining.ts';
import { createOwn, textOf } from './own-credentials.ts';
import { createTokenCache, type Obtained } from './token-cache.ts';

const tokenSchema = z.object({ token: z.object({ expires_at: z.string(), issued_at: z.string().nullish() }) });

type Config = ConfigOf<'password'>;

export const password: Kind<Config> = {
  create: createPasswordCredentials,
  usesIam: true,
  locked: ({ domain, user }) => [domain, user],
};

/** A token is renewed in the last tenth of its life, but not earlier than half an hour before it expires. */
const maxMarginMs = 30 * 60_000;

/** Name and password of an IAM user, to obtain a token for one project. */
function createPasswordCredentials(config: Config, context: Obtaining): Credentials {
  const own = createOwn(() => textOf(config.password, 'password_file'), context.log);
  const token = createTokenCache({
    ...context,
    name: 'token',
    operation: 'create_token',
    obtain: (nowMs) => obtainToken(tokenRequest(config, own.current().value, context), context, nowMs),
  });
  return {
    refresh: own.refresh,
    async authorize(_request, nowMs, signal) {
      const { fingerprint } = own.current();
      return { headers: { 'x-auth-token': await token.get(nowMs, signal) }, fingerprint };
    },
    accepted: ({ headers }) => token.accept((value) => value === headers['x-auth-token']),
    refused: ({ headers }) => token.drop((value) => value === headers['x-auth-token']),
    fingerprint: () => own.current().fingerprint,
    expiresAtMs: token.expiresAtMs,
  };
}

/** What to fix if IAM issues no token. */
export const tokenAdvice: Advice = {
  unauthorized: 'check domain, user and password; the user must be an IAM user',
  forbidden: 'the IAM user has no access to this project: check user and project_id',
  not_found: 'check iam_endpoint',
  bad_request: 'check domain, user and project_id',
};

async function obtainToken(request: HttpRequest, { send }: Obtaining, nowMs: number): Promise<Obtained<string>> {
  const answer = await send(request, new AbortController().signal);
  const value = answer.headers['x-subject-token'];
  if (typeof value !== 'string' || value === '')
    throw unexpectedBodyError(request, answer, 'the header X-Subject-Token');
  const body = tokenSchema.safeParse(answer.json).data;
  const expiresAtMs = parseTime(body?.token.expires_at ?? '');
  if (expiresAtMs === null)
    throw unexpectedBodyError({ ...request, secrets: [...request.secrets, value] }, answer, 'token.expires_at');
  const lifeMs = expiresAtMs - (parseTime(body?.token.issued_at ?? '') ?? nowMs);
  return { value, renewAtMs: expiresAtMs - Math.min(maxMarginMs, lifeMs / 10), expiresAtMs };
}

function tokenRequest({ domain, user }: Config, password: string, { iam, project }: Obtaining): HttpRequest {
  keepSecret(password);
  return {
    operation: 'create_token',
    advice: tokenAdvice,
    endpoint: iam,
    method: 'POST',
    path: '/v3/auth/tokens',
    query: [['nocatalog', 'true']],
    headers: { 'content-type': 'application/json;charset=utf8' },
    body: JSON.stringify({
      auth: {
        identity: { methods: ['password'], password: { user: { name: user, password, domain: { name: domain } } } },
        scope: { project },
      },
    }),
    // As it is, and as it is written in the body.
    secrets: [password, JSON.stringify(password).slice(1, -1)],
  };
}
