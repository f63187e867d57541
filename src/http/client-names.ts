import type { Socket } from 'node:net';
import { isIPv6, SocketAddress } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Whether the client's certificate has one of these names, as exporter-toolkit compares them: DNS, IP address, e-mail or URI, exactly. */
export function hasAllowedName(socket: Socket, allowed: readonly string[]): boolean {
  if (!(socket instanceof TLSSocket)) return false;
  const names = namesIn(socket.getPeerX509Certificate()?.subjectAltName ?? '').map(canonical);
  return allowed.map(canonical).some((name) => names.includes(name));
}

/** The names in what Node.js writes: `DNS:a.example, IP Address:127.0.0.1`; a name with a comma is in quotes, as in JSON. */
export function namesIn(subjectAltName: string): string[] {
  const names = subjectAltName.matchAll(/(?:^|, )(?:DNS|IP Address|email|URI):("(?:[^"\\]|\\.)*"|[^,]*)/g);
  return [...names].map(([, name = '']) => (name.startsWith('"') ? String(JSON.parse(name)) : name));
}

/** An IPv6 address has several forms. */
function canonical(name: string): string {
  return isIPv6(name) ? new SocketAddress({ address: name, family: 'ipv6' }).address : name;
}
