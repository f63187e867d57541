import type { CredentialsConfig } from '../config/config.ts';
import type { Credentials } from './credentials.ts';
import { formatSdkDate, sign } from './sign.ts';

export type AkSkConfig = Extract<CredentialsConfig, { kind: 'ak_sk' }>;

/** Signed further off than this, a request may have been refused for its date; the document allows 15 minutes. */
const suspectMs = 60_000;

/** Access key and secret key: each request is signed; nothing is obtained, nothing expires. */
export function createAkSkCredentials({ ak, sk, securityToken }: AkSkConfig): Credentials {
  return {
    async authorize(request, nowMs) {
      const headers = {
        'x-sdk-date': formatSdkDate(nowMs),
        ...(securityToken === null ? {} : { 'x-security-token': securityToken.reveal() }),
      };
      const authorization = sign({ ...request, headers: { ...request.headers, ...headers } }, ak, sk.reveal());
      return { ...headers, authorization };
    },
    // The refusal itself has corrected the clock by its Date.
    refused: ({ authorizedAtMs, nowMs }) => Math.abs(nowMs - authorizedAtMs) > suspectMs,
    expiresAtMs: () => null,
  };
}
