import type { Options } from './command-line.ts';

/** Where a person on this machine finds the status page; without a slash at the end. */
export function addressToOpen(
  { externalUrl, routePrefix, webListenAddresses }: Pick<Options, 'externalUrl' | 'routePrefix' | 'webListenAddresses'>,
  port: number,
  isTls: boolean,
): string {
  if (externalUrl !== '') return externalUrl;
  const [{ host }] = webListenAddresses;
  const isLocal = host === null || ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host);
  const name = isLocal ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `${isTls ? 'https' : 'http'}://${name}:${port}${routePrefix}`;
}
