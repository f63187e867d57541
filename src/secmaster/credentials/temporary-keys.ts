import { z } from 'zod';
import { parseTime } from '../../model/time.ts';
import type { HttpRequest, JsonAnswer } from '../http/answer.ts';
import { unexpectedBodyError } from '../http/answer-error.ts';
import { type AccessKeys, mayBeForItsDate, signHeaders } from './access-keys.ts';
import type { Authorization, Credentials } from './credentials.ts';
import type { OwnCredentials } from './own-credentials.ts';
import type { Obtained, TokenCache } from './token-cache.ts';

/** Access keys that expire, with their security token. */

const text = z.string().nullish();
const keysSchema = z.object({
  credential: z.object({ access: text, secret: text, securitytoken: text, expires_at: text }),
});

/** The SDKs request new keys when less than this is left. */
const marginMs = 40 * 60_000;

export function readTemporaryKeys(request: HttpRequest, answer: JsonAnswer): Obtained<AccessKeys> {
  const {
    access: ak,
    secret: sk,
    securitytoken: securityToken,
    expires_at,
  } = keysSchema.safeParse(answer.json).data?.credential ?? {};
  const expiresAtMs = parseTime(expires_at ?? '');
  if (!ak || !sk || !securityToken || expiresAtMs === null)
    // The response may contain a key, so nothing of it is repeated.
    throw unexpectedBodyError(request, { ...answer, text: '' }, 'access, secret, securitytoken and expires_at');
  return { value: { ak, sk, securityToken }, renewAtMs: expiresAtMs - marginMs, expiresAtMs };
}

/** @param own what the user provides to obtain them; null: nothing */
export function createTemporaryCredentials(
  keys: TokenCache<AccessKeys>,
  own: OwnCredentials<unknown> | null,
): Credentials {
  const fingerprint = () => own?.current().fingerprint ?? '';
  const isOf =
    ({ headers }: Authorization) =>
    ({ securityToken }: AccessKeys) =>
      securityToken === headers['x-security-token'];
  return {
    refresh: async () => own?.refresh(),
    async authorize(request, nowMs, signal) {
      const before = fingerprint();
      return { headers: signHeaders(request, await keys.get(nowMs, signal), nowMs), fingerprint: before };
    },
    accepted: (authorization) => keys.accept(isOf(authorization)),
    refused: (refusal) => mayBeForItsDate(refusal) || keys.drop(isOf(refusal)),
    fingerprint,
    expiresAtMs: keys.expiresAtMs,
  };
}
