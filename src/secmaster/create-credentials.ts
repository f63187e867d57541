import type { CredentialsConfig } from '../config/config.ts';
import { createAkSkCredentials } from './ak-sk.ts';
import type { Credentials } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';
import { createPasswordCredentials, type PasswordContext } from './password.ts';

export function createCredentials(config: CredentialsConfig, context: PasswordContext): Credentials {
  switch (config.kind) {
    case 'ak_sk':
      return createAkSkCredentials(config);
    case 'password':
      return createPasswordCredentials(config, context);
  }
}

/** The same text for the same account, whichever project it is used in. It holds secrets: a key of a map, never a text to show. */
export function accountKey(config: CredentialsConfig, iam: Endpoint): string {
  switch (config.kind) {
    case 'ak_sk':
      return JSON.stringify([config.kind, config.ak, config.sk.reveal(), config.securityToken?.reveal() ?? null]);
    case 'password':
      return JSON.stringify([config.kind, iam.origin, config.domain, config.user, config.password.reveal()]);
  }
}
