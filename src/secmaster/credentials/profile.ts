import { readProfile } from '../../config/credentials/profile-file.ts';
import { type AccessKeys, createSigningCredentials } from './access-keys.ts';
import type { ConfigOf, Kind } from './kind.ts';
import { createOwn } from './own-credentials.ts';

export const profile: Kind<ConfigOf<'profile'>> = {
  create: (config, { log }) =>
    createSigningCredentials(
      createOwn<AccessKeys>(async () => {
        const read = await readProfile(config);
        return 'problem' in read ? { problem: `profile: ${read.problem}` } : read.profile;
      }, log),
    ),
};
