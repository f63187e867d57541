import { defaultMetadataEndpoint } from '../endpoints.ts';
import { metadataOrigin } from '../fields.ts';
import { key, section } from '../mapping.ts';
import type { Kind } from './kind.ts';

const variable = 'SECMASTER_METADATA_ENDPOINT';

/** Temporary keys of the agency of an ECS or CCE node. */
export const agency = {
  ...section({
    endpoint: key('endpoint', metadataOrigin, {
      default: defaultMetadataEndpoint,
      meaning: "metadata service of the ECS or CCE node, which provides the agency's temporary keys",
      variable,
    }),
  }),
  fallback: {
    from: 'metadata',
    find: async ({ [variable]: endpoint }) => ({ given: endpoint ? { endpoint } : {}, source: variable }),
  },
} satisfies Kind<unknown>;
