import { isIPv4, isIPv6 } from 'node:net';
import type { ListenAddress } from '../http/listen-address.ts';

export type { ListenAddress };

/** At least one. */
export type ListenAddresses = readonly [ListenAddress, ...ListenAddress[]];

/** `:19210`, `127.0.0.1:0`, `[::1]:19210` or `localhost:19210`; null for any other form. */
export function parseListenAddress(text: string): ListenAddress | null {
  const match = /^(?:\[(?<v6>[^\]]+)\]|(?<name>[\w.-]*)):(?<port>\d{1,5})$/.exec(text);
  const { v6, name = '', port: digits } = match?.groups ?? {};
  const port = Number(digits);
  if (match === null || port > 65_535) return null;
  if (v6 !== undefined) return isIPv6(v6) ? { host: v6, port } : null;
  // Only digits and dots: meant as an address.
  if (/^[\d.]+$/.test(name) && !isIPv4(name)) return null;
  return { host: name === '' ? null : name, port };
}
