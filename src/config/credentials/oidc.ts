import { text } from '../fields.ts';
import { key, mapping } from '../mapping.ts';
import { credentialFile } from './secret-key.ts';

/** A token of an identity provider that IAM trusts, such as a Kubernetes service account's, to obtain temporary keys. */
export const oidc = {
  ...mapping({
    idpId: key('idp_id', text, {
      meaning: 'name of the identity provider in IAM',
      variable: 'HUAWEICLOUD_SDK_IDP_ID',
    }),
    idToken: key('id_token_file', credentialFile('key'), {
      meaning:
        'file with a token of that identity provider, read again when it changes; obtains temporary keys and renews them before they expire',
      variable: 'HUAWEICLOUD_SDK_ID_TOKEN_FILE',
    }),
  }),
  called: 'an identity provider',
};
