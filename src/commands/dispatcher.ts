import { type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { defaultMetadataEndpoint } from '../config/endpoints.ts';

/** The metadata service of an ECS or CCE node, which no proxy can reach. */
const linkLocal = new URL(defaultMetadataEndpoint).hostname;

/**
 * Connections to SecMaster, IAM and the metadata service, through the proxies of HTTPS_PROXY, HTTP_PROXY and NO_PROXY (upper or lower
 * case). Node.js itself reads a private CA from NODE_EXTRA_CA_CERTS.
 */
export function createDispatcher(environment: Readonly<Record<string, string | undefined>>): Dispatcher {
  const noProxy = environment.no_proxy ?? environment.NO_PROXY ?? '';
  return new EnvHttpProxyAgent({
    noProxy: noProxy.trim() === '*' ? '*' : [noProxy, linkLocal].filter((part) => part !== '').join(','),
  });
}
