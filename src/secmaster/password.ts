import type { Clock } from '../clock.ts';
import type { CredentialsConfig } from '../config/config.ts';
import type { Logger } from '../log.ts';
import { parseTime } from '../model/time.ts';
import { abortedError, orAborted } from './abort.ts';
import { unexpectedBodyError } from './answer-error.ts';
import type { Credentials } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';
import { SecMasterError } from './errors.ts';
import type { HttpRequest, Send } from './http.ts';
import { tokenSchema } from './schema.ts';

export type PasswordConfig = Extract<CredentialsConfig, { kind: 'password' }>;

export interface PasswordContext {
  readonly projectId: string;
  readonly iam: Endpoint;
  readonly send: Send;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Its times are SecMaster's, but for `obtainedAtMs`, which is local. */
interface Token {
  readonly value: string;
  readonly obtainedAtMs: number;
  readonly renewAtMs: number;
  readonly expiresAtMs: number;
}

/** A token is renewed in the last tenth of its life, and half an hour before its end at the earliest. */
const maxMarginMs = 30 * 60_000;
const renewalRetryMs = 60_000;
/** A token refused so soon after it was issued would be followed by one that is no better. */
const freshMs = 60_000;

/** Name and password of an IAM user: they buy a token for one project, which is kept and renewed before it expires. */
export function createPasswordCredentials(config: PasswordConfig, context: PasswordContext): Credentials {
  const { clock, log } = context;
  let token: Token | null = null;
  let pending: Promise<Token> | null = null;

  async function renew(nowMs: number): Promise<Token> {
    const old = token;
    try {
      token = await obtainToken(config, context, nowMs);
      log.debug({ expiresAt: new Date(token.expiresAtMs).toISOString() }, 'token obtained');
    } catch (error) {
      const isRefused = error instanceof SecMasterError && error.kind === 'unauthorized';
      if (isRefused || old === null || nowMs >= old.expiresAtMs) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      log.warn({ reason }, 'token not renewed yet, the old one is still valid');
      token = { ...old, renewAtMs: nowMs + renewalRetryMs };
    } finally {
      pending = null;
    }
    return token;
  }

  return {
    async authorize(_request, nowMs, signal) {
      if (token === null || nowMs >= token.renewAtMs) {
        // Shared by all who wait for it, so none of them may abort it.
        pending ??= renew(nowMs);
        const renewed = await orAborted(pending, signal, () => abortedError('create_token'));
        return { 'x-auth-token': renewed.value };
      }
      return { 'x-auth-token': token.value };
    },
    refused({ headers }) {
      if (token === null || token.value !== headers['x-auth-token']) return true;
      const isFresh = clock.now() - token.obtainedAtMs < freshMs;
      token = null;
      return !isFresh;
    },
    expiresAtMs: () => token?.expiresAtMs ?? null,
  };
}

async function obtainToken(config: PasswordConfig, context: PasswordContext, nowMs: number): Promise<Token> {
  const request = tokenRequest(config, context);
  const answer = await context.send(request, new AbortController().signal);
  const value = answer.headers['x-subject-token'];
  if (typeof value !== 'string' || value === '')
    throw unexpectedBodyError(request, answer, 'the header X-Subject-Token');
  const body = tokenSchema.safeParse(answer.json).data;
  const expiresAtMs = parseTime(body?.token.expires_at ?? '');
  if (expiresAtMs === null)
    throw unexpectedBodyError({ ...request, secrets: [...request.secrets, value] }, answer, 'token.expires_at');
  const lifeMs = expiresAtMs - (parseTime(body?.token.issued_at ?? '') ?? nowMs);
  return {
    value,
    obtainedAtMs: context.clock.now(),
    renewAtMs: expiresAtMs - Math.min(maxMarginMs, lifeMs / 10),
    expiresAtMs,
  };
}

function tokenRequest({ domain, user, password }: PasswordConfig, { iam, projectId }: PasswordContext): HttpRequest {
  const secret = password.reveal();
  return {
    operation: 'create_token',
    endpoint: iam,
    method: 'POST',
    path: '/v3/auth/tokens',
    query: [['nocatalog', 'true']],
    headers: { 'content-type': 'application/json;charset=utf8' },
    body: JSON.stringify({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: user, password: secret, domain: { name: domain } } },
        },
        scope: { project: { id: projectId } },
      },
    }),
    // As it is, and as it stands in the body.
    secrets: [secret, JSON.stringify(secret).slice(1, -1)],
  };
}
