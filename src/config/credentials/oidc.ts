import { text } from '../fields.ts';
import { key, mapping } from '../mapping.ts';
import { credentialFile } from './secret-key.ts';

/** A token of an identity provider that IAM trusts, such as that of a Kubernetes service account: it buys temporary keys. */
export const oidc = {
  ...mapping({
    idpId: key('idp_id', text, {
      meaning: 'the identity provider, by its name in IAM',
      variable: 'HUAWEICLOUD_SDK_IDP_ID',
    }),
    idToken: key('id_token_file', credentialFile('key'), {
      meaning:
        'a file with a token of that identity provider, read again when it changes; it buys temporary keys, which are renewed before they expire',
      variable: 'HUAWEICLOUD_SDK_ID_TOKEN_FILE',
    }),
  }),
  called: 'an identity provider',
};
