import { key, mapping } from '../mapping.ts';
import { credentialFile } from './secret-key.ts';

/** A token that something else obtains and renews. */
export const token = mapping({
  token: key('token_file', credentialFile('key'), { meaning: 'file with a token, read again when it changes' }),
});
