import { keepKeyId, keepSecret } from '../../model/known-secrets.ts';
import { formatSdkDate, type Signable, sign } from '../http/sign.ts';
import type { AuthHeaders, Credentials, Refusal } from './credentials.ts';
import type { OwnCredentials } from './own-credentials.ts';

/** An access key and its secret; temporary keys also have a security token. */
export interface AccessKeys {
  readonly ak: string;
  readonly sk: string;
  readonly securityToken: string | null;
}

export function signHeaders(request: Signable, { ak, sk, securityToken }: AccessKeys, nowMs: number): AuthHeaders {
  keepKeyId(ak);
  keepSecret(sk);
  if (securityToken !== null) keepSecret(securityToken);
  const headers = {
    'x-sdk-date': formatSdkDate(nowMs),
    ...(securityToken === null ? {} : { 'x-security-token': securityToken }),
  };
  const authorization = sign({ ...request, headers: { ...request.headers, ...headers } }, ak, sk);
  return { ...headers, authorization };
}

/** A request signed further off than this may have been refused for its date; 15 minutes are allowed (docs/secmaster-api.md#signing). */
const suspectMs = 60_000;

/** The `Date` of the refusal has corrected the clock. */
export function mayBeForItsDate({ authorizedAtMs, nowMs }: Refusal): boolean {
  return Math.abs(nowMs - authorizedAtMs) > suspectMs;
}

/** The user's own access key: it signs each request, nothing is obtained, and its expiry is unknown. */
export function createSigningCredentials(own: OwnCredentials<AccessKeys>): Credentials {
  return {
    refresh: own.refresh,
    async authorize(request, nowMs) {
      const { value, fingerprint } = own.current();
      return { headers: signHeaders(request, value, nowMs), fingerprint };
    },
    refused: (refusal) => mayBeForItsDate(refusal) || own.current().fingerprint !== refusal.fingerprint,
    fingerprint: () => own.current().fingerprint,
    expiresAtMs: () => null,
  };
}
