import { type AccessKeys, createSigningCredentials } from './access-keys.ts';
import type { ConfigOf, Kind } from './kind.ts';
import { createOwn, type Read, textOf } from './own-credentials.ts';

type Config = ConfigOf<'ak_sk'>;

export const akSk: Kind<Config> = {
  create: (config, { log }) => createSigningCredentials(createOwn(keysOf(config), log)),
  locked: ({ ak }) => [ak],
};

function keysOf(config: Config): Read<AccessKeys> {
  return async () => {
    const [ak, sk, securityToken] = await Promise.all([
      textOf(config.ak, 'ak_file'),
      textOf(config.sk, 'sk_file'),
      config.securityToken === null ? null : textOf(config.securityToken, 'security_token_file'),
    ]);
    for (const part of [ak, sk, securityToken]) if (typeof part === 'object' && part !== null) return part;
    return { ak, sk, securityToken } as AccessKeys;
  };
}
