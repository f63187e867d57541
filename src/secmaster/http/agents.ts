import { getCACertificates } from 'node:tls';
import { Agent, type Dispatcher } from 'undici';
import { createProxyAgent } from './proxy-agent.ts';

/** What sends the requests of one route: one agent for hosts without a proxy, and one for each proxy. */
export interface Agents {
  readonly dispatcher: Dispatcher;
  close(): Promise<void>;
}

/**
 * @param ca a CA beside those that Node.js trusts; null: none
 * @param proxyOf the proxy to an origin; null: none
 */
export function createAgents(ca: string | null, proxyOf: (origin: string) => string | null): Agents {
  const tls = ca === null ? {} : { ca: [...getCACertificates('default'), ca] };
  const direct = new Agent({ connect: tls });
  const agents = new Map<string, Dispatcher>();
  const agentOf = (uri: string) => {
    const agent = agents.get(uri) ?? createProxyAgent(uri, tls);
    agents.set(uri, agent);
    return agent;
  };
  return {
    dispatcher: direct.compose((dispatch) => (options, handler) => {
      const proxy = proxyOf(String(options.origin));
      return proxy === null ? dispatch(options, handler) : agentOf(proxy).dispatch(options, handler);
    }),
    close: async () => void (await Promise.all([direct, ...agents.values()].map((agent) => agent.destroy()))),
  };
}
