import { keepSecret } from '../../model/known-secrets.ts';
import type { HttpRequest } from '../http/answer.ts';
import type { Advice } from '../http/answer-error.ts';
import { unexpectedBodyError } from '../http/answer-error.ts';
import type { AccessKeys } from './access-keys.ts';
import type { Credentials } from './credentials.ts';
import type { ConfigOf, Kind } from './kind.ts';
import type { Obtaining } from './obtaining.ts';
import { createOwn, textOf } from './own-credentials.ts';
import { createTemporaryCredentials, readTemporaryKeys } from './temporary-keys.ts';
import { createTokenCache, type Obtained } from './token-cache.ts';

/** An identity provider's token is exchanged for an IAM token of the project, and that for temporary keys (docs/secmaster-api.md#oidc). */

type Config = ConfigOf<'oidc'>;

export const oidc: Kind<Config> = { create: createOidcCredentials, usesIam: true };

/** What the SDKs request. */
const keyLifeSeconds = 6 * 3_600;

function createOidcCredentials(config: Config, context: Obtaining): Credentials {
  const own = createOwn(() => textOf(config.idToken, 'id_token_file'), context.log);
  const keys = createTokenCache({
    ...context,
    name: 'temporary keys',
    operation: 'create_oidc_token',
    fingerprint: () => own.current().fingerprint,
    outlivesRefusal: true,
    async obtain(nowMs) {
      const idToken = own.current().value;
      return obtainKeys(await obtainToken(config, idToken, nowMs, context), context);
    },
  });
  return createTemporaryCredentials(keys, own);
}

async function obtainToken({ idpId }: Config, idToken: string, nowMs: number, context: Obtaining): Promise<string> {
  const { iam, project, send } = context;
  keepSecret(idToken);
  const request: HttpRequest = {
    operation: 'create_oidc_token',
    advice: { ...tokenAdvice, ...expiryAdvice(idToken, nowMs) },
    endpoint: iam,
    method: 'POST',
    path: '/v3.0/OS-AUTH/id-token/tokens',
    query: [],
    headers: { 'content-type': 'application/json;charset=utf8', 'x-idp-id': idpId },
    body: JSON.stringify({ auth: { id_token: { id: idToken }, scope: { project } } }),
    secrets: [idToken],
  };
  const answer = await send(request, new AbortController().signal);
  const token = answer.headers['x-subject-token'];
  if (typeof token === 'string' && token !== '') return token;
  throw unexpectedBodyError(request, answer, 'the header X-Subject-Token');
}

const tokenAdvice: Advice = {
  unauthorized:
    'IAM refused the token in id_token_file: check that idp_id accepts its issuer and audience (client ID), and that it has not expired',
  forbidden:
    'this identity has no access to this project: check project_id and the identity conversion rules of idp_id',
  not_found: 'IAM does not know this identity provider: check idp_id and iam_endpoint',
  bad_request: 'check idp_id, id_token_file and project_id',
};

async function obtainKeys(token: string, { iam, send }: Obtaining): Promise<Obtained<AccessKeys>> {
  keepSecret(token);
  const request: HttpRequest = {
    operation: 'create_temporary_keys',
    advice: keysAdvice,
    endpoint: iam,
    method: 'POST',
    path: '/v3.0/OS-CREDENTIAL/securitytokens',
    query: [],
    headers: { 'content-type': 'application/json;charset=utf8' },
    body: JSON.stringify({
      auth: { identity: { methods: ['token'], token: { id: token, duration_seconds: keyLifeSeconds } } },
    }),
    secrets: [token],
  };
  return readTemporaryKeys(request, await send(request, new AbortController().signal));
}

const keysAdvice: Advice = {
  unauthorized: 'IAM refused the token that it has just issued: check iam_endpoint',
  forbidden:
    'this identity may not obtain temporary keys: check which user groups the identity conversion rules of idp_id assign',
  not_found: 'this IAM does not issue temporary keys: check iam_endpoint',
  bad_request: 'IAM issued no temporary keys for this token: check the identity conversion rules of idp_id',
};

/** If the token itself says that it has expired, the error can say what to fix. */
function expiryAdvice(idToken: string, nowMs: number): Advice {
  const expiresAtMs = expiryOf(idToken);
  if (expiresAtMs === null || expiresAtMs > nowMs) return {};
  const at = new Date(expiresAtMs).toISOString();
  return {
    unauthorized: `the token in id_token_file expired at ${at}: check what renews this file`,
  };
}

/** `exp` of a JSON web token, in milliseconds; null if it can't be read. */
function expiryOf(idToken: string): number | null {
  try {
    const { exp } = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString());
    return typeof exp === 'number' && Math.abs(exp) < 8e12 ? exp * 1_000 : null;
  } catch {
    return null;
  }
}
