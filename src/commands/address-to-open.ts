import { addressText, type ListenAddress } from '../http/listen-address.ts';
import type { Options } from './command-line.ts';

/** Where a person on this machine finds the status page, without a slash at the end; null: at no URL, only on a Unix socket. */
export function addressToOpen(
  { externalUrl, routePrefix }: Pick<Options, 'externalUrl' | 'routePrefix'>,
  address: ListenAddress | null,
  isTls: boolean,
): string | null {
  if (externalUrl !== '') return externalUrl;
  if (address === null) return null;
  const { host, port } = address;
  const isLocal = host === null || ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host);
  return `${isTls ? 'https' : 'http'}://${addressText({ host: isLocal ? 'localhost' : host, port })}${routePrefix}`;
}
