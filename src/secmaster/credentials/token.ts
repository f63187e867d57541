import type { Credentials } from './credentials.ts';
import type { ConfigOf, Kind } from './kind.ts';
import { createOwn, type OwnCredentials, textOf } from './own-credentials.ts';

export const token: Kind<ConfigOf<'token'>> = {
  create: (config, { log }) => createTokenCredentials(createOwn(() => textOf(config.token, 'token_file'), log)),
};

/** A token that something else obtains and renews in a file. It doesn't say when it expires. */
function createTokenCredentials(own: OwnCredentials<string>): Credentials {
  return {
    refresh: own.refresh,
    async authorize() {
      const { value, fingerprint } = own.current();
      return { headers: { 'x-auth-token': value }, fingerprint };
    },
    refused: ({ fingerprint }) => own.current().fingerprint !== fingerprint,
    fingerprint: () => own.current().fingerprint,
    expiresAtMs: () => null,
  };
}
