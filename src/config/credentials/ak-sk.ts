import { mapping } from '../mapping.ts';
import { inPlaceOrFile, keyId, optionalInPlaceOrFile, secretKey } from './secret-key.ts';

/** The user's own access key, or temporary keys that something else renews. */
export const akSk = {
  ...mapping({
    ak: inPlaceOrFile('ak', keyId, { meaning: 'access key', variable: 'HUAWEICLOUD_SDK_AK' }),
    sk: inPlaceOrFile('sk', secretKey, { meaning: 'secret key', variable: 'HUAWEICLOUD_SDK_SK' }),
    securityToken: optionalInPlaceOrFile('security_token', secretKey, {
      meaning: 'security token of temporary keys',
      variable: 'HUAWEICLOUD_SDK_SECURITY_TOKEN',
    }),
  }),
  called: 'an access key',
};
