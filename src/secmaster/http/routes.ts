import type { Dispatcher } from 'undici';
import { defaultMetadataEndpoint } from '../../config/endpoints.ts';
import { type NoProxy, parseNoProxy } from '../../config/no-proxy.ts';
import { keepSecret } from '../../model/known-secrets.ts';
import { proxySecrets } from '../../model/proxy-secrets.ts';
import type { Secret } from '../../model/secret.ts';
import type { Agents } from './agents.ts';

/** How hosts are reached: which CAs are trusted, and through which proxy. */
export interface Route {
  /** undici is read with the first request, so that the exporter listens before. */
  dispatcher(): Promise<Dispatcher>;
  /** Host and port of the proxy on the way to an origin; null: none. */
  proxyTo(origin: string): string | null;
}

/** What a workspace's configuration says of its route. */
export interface RouteConfig {
  /** A CA beside those that Node.js trusts; null: none. */
  readonly tls: { readonly ca: { readonly pem: string } | null };
  /** null: the proxy of the environment, if any. */
  readonly proxyUrl: Secret | null;
}

export interface Routes {
  of(config: RouteConfig): Route;
  close(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The metadata service of an ECS or CCE node, which no proxy can reach. */
const linkLocal = new URL(defaultMetadataEndpoint).hostname;

/**
 * Routes to SecMaster, IAM and the metadata service, by configuration or through the proxies of HTTPS_PROXY, HTTP_PROXY and NO_PROXY
 * (upper or lower case). Node.js itself trusts the CAs of NODE_EXTRA_CA_CERTS.
 */
export function createRoutes(environment: Environment): Routes {
  const routes = new Map<string, Route & { close(): Promise<void> }>();
  return {
    of(config) {
      const key = routeKey(config);
      const route = routes.get(key) ?? createRoute(config, environment);
      routes.set(key, route);
      return route;
    },
    close: async () => void (await Promise.all([...routes.values()].map((route) => route.close()))),
  };
}

/** The same text for the same route. It may contain a password: a key of a map, never to be shown. */
export function routeKey({ tls, proxyUrl }: RouteConfig): string {
  return JSON.stringify([tls.ca?.pem ?? null, proxyUrl?.reveal() ?? null]);
}

function createRoute({ tls: { ca }, proxyUrl }: RouteConfig, environment: Environment) {
  const chosen = proxyUrl === null ? proxiesOf(environment) : oneProxy(proxyUrl.reveal());
  const proxyOf = (origin: string) => {
    const url = new URL(origin);
    return url.hostname === linkLocal || chosen.noProxy.includes(url) ? null : chosen.proxyFor(url);
  };
  let agents: Promise<Agents> | null = null;
  return {
    async dispatcher() {
      agents ??= import('./agents.ts').then(({ createAgents }) => createAgents(ca?.pem ?? null, proxyOf));
      try {
        return (await agents).dispatcher;
      } catch (error) {
        // A later request may succeed.
        agents = null;
        throw error;
      }
    },
    proxyTo(origin: string) {
      const proxy = proxyOf(origin);
      return proxy === null ? null : new URL(proxy).host;
    },
    close: async () => void (await (await agents?.catch(() => null))?.close()),
  };
}

interface Chosen {
  readonly noProxy: NoProxy;
  proxyFor(url: URL): string | null;
}

function oneProxy(uri: string): Chosen {
  return { noProxy: parseNoProxy(''), proxyFor: () => uri };
}

/** An empty variable counts as unset; HTTPS goes through HTTP_PROXY too if there is no other. */
function proxiesOf(environment: Environment): Chosen {
  const http = environment.http_proxy || environment.HTTP_PROXY || null;
  const https = environment.https_proxy || environment.HTTPS_PROXY || http;
  for (const url of [http, https]) if (url !== null) proxySecrets(url).forEach(keepSecret);
  return {
    noProxy: parseNoProxy(environment.no_proxy || environment.NO_PROXY || ''),
    proxyFor: ({ protocol }) => (protocol === 'https:' ? https : http),
  };
}
