import { text } from '../fields.ts';
import { key, mapping } from '../mapping.ts';
import { inPlaceOrFile, secretPassword } from './secret-key.ts';

/** Name and password of an IAM user, to obtain a token. */
export const password = {
  ...mapping({
    domain: key('domain', text, { meaning: 'account name of the IAM user', variable: 'SECMASTER_IAM_DOMAIN' }),
    user: key('user', text, { meaning: 'name of the IAM user', variable: 'SECMASTER_IAM_USER' }),
    password: inPlaceOrFile('password', secretPassword, {
      meaning: 'password; obtains a token and renews it before it expires',
      variable: 'SECMASTER_IAM_PASSWORD',
    }),
  }),
  called: 'an IAM user',
};
