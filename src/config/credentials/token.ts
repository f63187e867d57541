import { key, mapping } from '../mapping.ts';
import { credentialFile } from './secret-key.ts';

/** A token that somebody else obtains and renews. */
export const token = mapping({
  token: key('token_file', credentialFile('key'), { meaning: 'a file with a token, read again when it changes' }),
});
