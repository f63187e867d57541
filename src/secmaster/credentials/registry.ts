import type { CredentialsConfig } from '../../config/config.ts';
import { Secret } from '../../model/secret.ts';
import type { Endpoint } from '../http/endpoint.ts';
import { agency } from './agency.ts';
import { akSk } from './ak-sk.ts';
import type { Credentials } from './credentials.ts';
import type { ConfigOf, CredentialsContext, Kind } from './kind.ts';
import { oidc } from './oidc.ts';
import { password } from './password.ts';
import { profile } from './profile.ts';
import { token } from './token.ts';

const kinds: { readonly [K in CredentialsConfig['kind']]: Kind<ConfigOf<K>> } = {
  ak_sk: akSk,
  password,
  token,
  agency,
  profile,
  oidc,
};

export function createCredentials(config: CredentialsConfig, context: CredentialsContext): Credentials {
  return kindOf(config).create(config, context);
}

/** The same text for the same account, whichever project it is used in. It contains secrets: a key of a map, never to be shown. */
export function accountKey(config: CredentialsConfig, iam: Endpoint): string {
  const { kind, ...rest } = config;
  return keyOf(config, iam, Object.values(rest));
}

/** The same text for all that SecMaster locks together. */
export function breakerKey(config: CredentialsConfig, iam: Endpoint): string {
  const locked = kindOf(config).locked?.(config);
  return locked === undefined ? accountKey(config, iam) : keyOf(config, iam, locked);
}

/** Whether another replica with this configuration has the same credentials. */
export function isOfMachine(config: CredentialsConfig): boolean {
  return kindOf(config).isOfMachine === true;
}

function keyOf(config: CredentialsConfig, iam: Endpoint, parts: readonly unknown[]): string {
  const issuer = kindOf(config).usesIam === true ? [iam.origin] : [];
  const revealed = parts.map((part) => (part instanceof Secret ? part.reveal() : part));
  return JSON.stringify([config.kind, ...issuer, ...revealed]);
}

/** The functions of a kind take only that kind's configuration. */
function kindOf(config: CredentialsConfig): Kind<CredentialsConfig> {
  return kinds[config.kind] as Kind<CredentialsConfig>;
}
