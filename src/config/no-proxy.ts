import { BlockList, isIP } from 'node:net';

/** NO_PROXY: hosts that are reached without a proxy. */
export interface NoProxy {
  includes(url: URL): boolean;
  /** What is written in a way that nobody understands. */
  readonly malformed: readonly string[];
}

/**
 * Reads a list of entries separated by commas or spaces: `*`, `example.com` or `.example.com` (with its subdomains), `*.example.com`
 * (only those), an address, or a network such as `10.0.0.0/8`; each may end in a port, except a network. Names aren't resolved: a
 * network includes only hosts that are written as an address.
 */
export function parseNoProxy(text: string): NoProxy {
  const entries = text.split(/[,\s]+/).filter((entry) => entry !== '');
  const read = entries.map((entry) => ({ entry, matches: matcher(entry) }));
  return {
    malformed: read.filter(({ matches }) => matches === null).map(({ entry }) => entry),
    includes: ({ hostname, port, protocol }) => {
      const host = unbracketed(hostname).replace(/\.$/, '');
      const target = { host: host.toLowerCase(), port: port || (protocol === 'https:' ? '443' : '80') };
      return read.some(({ matches }) => matches?.(target));
    },
  };
}

interface Target {
  readonly host: string;
  readonly port: string;
}

/** null: malformed. */
function matcher(entry: string): ((target: Target) => boolean) | null {
  if (entry.includes('/')) return networkMatcher(entry);
  const { host, port } = split(entry);
  if (port !== null && Number(port) > 65_535) return null;
  const isHost = hostMatcher(host);
  return isHost === null ? null : (target) => (port === null || port === target.port) && isHost(target.host);
}

/** An IPv6 address has a port only in brackets. */
function split(entry: string): { readonly host: string; readonly port: string | null } {
  if (isIP(entry) === 6) return { host: entry, port: null };
  const [, inBrackets, plain, port = null] = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
  return { host: inBrackets ?? plain ?? '', port };
}

function hostMatcher(host: string): ((host: string) => boolean) | null {
  const version = isIP(host);
  if (version !== 0) return within((list) => list.addAddress(host, `ipv${version as 4 | 6}`));
  if (host === '*') return () => true;
  const name = host.toLowerCase().replace(/\.$/, '');
  const [, prefix = '', domain = ''] = /^(\*?\.)?([\w.-]+)$/.exec(name) ?? [];
  // A URL never has a name that ends in a number, such as a part of an address.
  if (domain === '' || /(^|\.)\d+$/.test(domain)) return null;
  return (asked) => asked.endsWith(`.${domain}`) || (prefix !== '*.' && asked === domain);
}

function networkMatcher(entry: string): ((target: Target) => boolean) | null {
  const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(entry) ?? [];
  const version = isIP(address);
  if (version === 0 || Number(bits) > (version === 4 ? 32 : 128)) return null;
  const isWithin = within((list) => list.addSubnet(address, Number(bits), `ipv${version as 4 | 6}`));
  return ({ host }) => isWithin(host);
}

function within(add: (list: BlockList) => void): (host: string) => boolean {
  const list = new BlockList();
  add(list);
  return (host) => isIP(host) !== 0 && list.check(host, isIP(host) === 4 ? 'ipv4' : 'ipv6');
}

/** An IPv6 address in a URL is in brackets. */
export function unbracketed(host: string): string {
  return host.replace(/^\[(.+)\]$/, '$1');
}
