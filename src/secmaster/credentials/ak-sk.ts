import type { AccessKeys } from './access-keys.ts';
import { mayBeForItsDate, signHeaders } from './access-keys.ts';
import type { Credentials } from './credentials.ts';
import type { Own } from './own-credentials.ts';

/** The user's own access key: each request is signed; nothing is obtained, and nothing says when it expires. */
export function createAkSkCredentials(own: () => Own<AccessKeys>): Credentials {
  return {
    async authorize(request, nowMs) {
      const { value, fingerprint } = own();
      return { headers: signHeaders(request, value, nowMs), fingerprint };
    },
    refused: (refusal) => mayBeForItsDate(refusal) || own().fingerprint !== refusal.fingerprint,
    fingerprint: () => own().fingerprint,
    expiresAtMs: () => null,
  };
}
