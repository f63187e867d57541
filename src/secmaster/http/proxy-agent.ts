import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { buildConnector, type Dispatcher, Pool, ProxyAgent, Socks5ProxyAgent } from 'undici';
import { unbracketed } from '../../config/no-proxy.ts';

/** Sends requests through a proxy that speaks HTTP, or SOCKS for a `socks5://` or `socks://` URL. */
export function createProxyAgent(uri: string, tls: Pick<ConnectionOptions, 'ca'>): Dispatcher {
  return /^socks/i.test(uri) ? socksAgent(uri, tls) : httpAgent(uri, tls);
}

function httpAgent(uri: string, tls: Pick<ConnectionOptions, 'ca'>): Dispatcher {
  const connect = buildConnector(tls);
  return new ProxyAgent({
    uri,
    requestTls: tls,
    proxyTls: tls,
    // undici names the proxy in the TLS handshake, which Node.js refuses for an address.
    clientFactory: (origin) =>
      new Pool(origin, {
        connect: ({ servername = '', ...options }, done) =>
          connect(isIP(unbracketed(servername)) === 0 ? { servername, ...options } : options, done),
      }),
  });
}

function socksAgent(uri: string, tls: Pick<ConnectionOptions, 'ca'>): Dispatcher {
  const connect = buildConnector({});
  return new Socks5ProxyAgent(uri, {
    requestTls: tls,
    connect: (options, done) => connect({ ...options, hostname: unbracketed(options.hostname) }, done),
  });
}
