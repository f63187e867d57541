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

/** A token of an identity provider buys a token of IAM for the project, and that one buys temporary keys (api/facts §4.5). */

type Config = ConfigOf<'oidc'>;

export const oidc: Kind<Config> = { create: createOidcCredentials, usesIam: true };

/** As long as the SDKs ask for. */
const keyLifeSeconds = 6 * 3_600;

function createOidcCredentials(config: Config, context: Obtaining): Credentials {
  const own = createOwn(() => textOf(config.idToken, 'id_token_file'), context.log);
  const fingerprint = () => own().fingerprint;
  const keys = createTokenCache({
    ...context,
    name: 'temporary keys',
    operation: 'create_oidc_token',
    fingerprint,
    outlivesRefusal: true,
    async obtain(nowMs) {
      const idToken = own().value;
      return obtainKeys(await obtainToken(config, idToken, nowMs, context), context);
    },
  });
  return createTemporaryCredentials(keys, fingerprint);
}

async function obtainToken({ idpId }: Config, idToken: string, nowMs: number, context: Obtaining): Promise<string> {
  const { iam, project, send } = context;
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
    'IAM refuses the token in id_token_file: check that it is one of idp_id, for its client ID, and not expired',
  forbidden:
    'IAM lets this identity into no such project: check the identity conversion rules of idp_id, and project_id',
  not_found: 'IAM knows no such identity provider: check idp_id and iam_endpoint',
  bad_request: 'check idp_id, id_token_file and project_id',
};

async function obtainKeys(token: string, { iam, send }: Obtaining): Promise<Obtained<AccessKeys>> {
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
  unauthorized: 'IAM refuses the token that it has just given for id_token_file: check iam_endpoint',
  forbidden:
    'this identity may not obtain temporary keys: check the user groups that the identity conversion rules of idp_id give',
  not_found: 'this IAM gives no temporary keys: check iam_endpoint',
  bad_request: 'IAM gives no temporary keys for this token: check the identity conversion rules of idp_id',
};

/** Where the token itself says that it has expired, a refusal can say who has to act. */
function expiryAdvice(idToken: string, nowMs: number): Advice {
  const expiresAtMs = expiryOf(idToken);
  if (expiresAtMs === null || expiresAtMs > nowMs) return {};
  const at = new Date(expiresAtMs).toISOString();
  return {
    unauthorized: `the token in id_token_file has expired at ${at}: whatever writes the file has not renewed it`,
  };
}

/** `exp` of a JSON web token, in milliseconds; null where it can't be read. */
function expiryOf(idToken: string): number | null {
  try {
    const { exp } = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString());
    return typeof exp === 'number' && Math.abs(exp) < 8e12 ? exp * 1_000 : null;
  } catch {
    return null;
  }
}
