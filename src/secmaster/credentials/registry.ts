import type { CredentialsConfig } from '../../config/config.ts';
import type { CredentialFile } from '../../config/credential-file.ts';
import { Secret } from '../../model/secret.ts';
import type { Endpoint } from '../http/endpoint.ts';
import type { Send } from '../http/send.ts';
import { createAgencyCredentials } from './agency.ts';
import { createAkSkCredentials } from './ak-sk.ts';
import type { Credentials } from './credentials.ts';
import type { Obtaining } from './obtaining.ts';
import { createOwn, keysOf, keysOfProfile, textOf } from './own-credentials.ts';
import { createPasswordCredentials } from './password.ts';
import { createTokenFileCredentials } from './token.ts';

export interface CredentialsContext extends Obtaining {
  readonly endpointOf: (origin: string) => Endpoint;
  /** To the metadata service. */
  readonly sendLocally: Send;
}

export function createCredentials(config: CredentialsConfig, context: CredentialsContext): Credentials {
  const { log } = context;
  switch (config.kind) {
    case 'ak_sk':
      return createAkSkCredentials(createOwn(keysOf(config), log));
    case 'profile':
      return createAkSkCredentials(createOwn(keysOfProfile(config), log));
    case 'token':
      return createTokenFileCredentials(createOwn(() => textOf(config.token, 'token_file'), log));
    case 'password':
      return createPasswordCredentials(
        config,
        createOwn(() => textOf(config.password, 'password_file'), log),
        context,
      );
    case 'agency':
      return createAgencyCredentials(context.endpointOf(config.endpoint), { ...context, send: context.sendLocally });
  }
}

/** The same text for the same account, whichever project it is used in. It holds secrets: a key of a map, never a text to show. */
export function accountKey(config: CredentialsConfig, iam: Endpoint): string {
  const { kind, ...rest } = config;
  const parts = Object.values(rest).map(revealed);
  return JSON.stringify(kind === 'password' ? [kind, iam.origin, ...parts] : [kind, ...parts]);
}

/** The same text for all that SecMaster locks together: another secret of the same key or user is no other account to it. */
export function breakerKey(config: CredentialsConfig, iam: Endpoint): string {
  switch (config.kind) {
    case 'ak_sk':
      return JSON.stringify([config.kind, config.ak]);
    case 'password':
      return JSON.stringify([config.kind, iam.origin, config.domain, config.user]);
    default:
      return accountKey(config, iam);
  }
}

function revealed(part: string | Secret | CredentialFile | null): unknown {
  return part instanceof Secret ? part.reveal() : part;
}
