import { text } from '../fields.ts';
import { key, mapping } from '../mapping.ts';
import { inPlaceOrFile, secretPassword } from './secret-key.ts';

/** An IAM user, whose name and password buy a token. */
export const password = {
  ...mapping({
    domain: key('domain', text, { meaning: "of an IAM user: the account's name", variable: 'SECMASTER_IAM_DOMAIN' }),
    user: key('user', text, { meaning: "the IAM user's name", variable: 'SECMASTER_IAM_USER' }),
    password: inPlaceOrFile('password', secretPassword, {
      meaning: 'the password; it buys a token, which is renewed before it expires',
      variable: 'SECMASTER_IAM_PASSWORD',
    }),
  }),
  called: 'an IAM user',
};
