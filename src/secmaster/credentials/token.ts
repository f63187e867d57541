import type { Credentials } from './credentials.ts';
import type { Own } from './own-credentials.ts';

/** A token that somebody else obtains and renews in a file. It doesn't say when it expires. */
export function createTokenFileCredentials(own: () => Own<string>): Credentials {
  return {
    async authorize() {
      const { value, fingerprint } = own();
      return { headers: { 'x-auth-token': value }, fingerprint };
    },
    refused: ({ fingerprint }) => own().fingerprint !== fingerprint,
    fingerprint: () => own().fingerprint,
    expiresAtMs: () => null,
  };
}
