import { isIPv6 } from 'node:net';

/**
 * Who counts as one client: an IPv4 address, or the /64 of an IPv6 address, of which one host has as many as it likes.
 *
 * @param remote as sockets tell it; absent: the connection is already gone, or has no address
 */
export function clientOf(remote = ''): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(remote)?.[1];
  if (mapped !== undefined) return mapped;
  // Without the zone of a link-local address.
  const [address = ''] = remote.split('%');
  return isIPv6(address) ? `${networkOf(address)}::/64` : remote;
}

function networkOf(address: string): string {
  const halves = address.toLowerCase().split('::');
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const zeros = Array(Math.max(0, 8 - head.length - tail.length)).fill('0');
  return [...head, ...zeros, ...tail].slice(0, 4).join(':');
}
