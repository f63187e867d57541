import { expect, test } from 'vitest';
import { parseNoProxy } from '../../src/config/no-proxy.ts';

const includes = (text: string, url: string) => parseNoProxy(text).includes(new URL(url));

test.each<[string, string, string, boolean]>([
  ['nothing', '', 'https://example.com', false],
  ['everything', '*', 'https://example.com', true],
  ['everything, among others', 'example.org, *', 'https://example.com', true],
  ['everything on a port', '*:8443', 'https://example.com', false],
  ['a host', 'example.com', 'https://example.com', true],
  ['a host in upper case', 'EXAMPLE.com', 'https://example.com', true],
  ['a host with a dot at its end', 'example.com.', 'https://example.com', true],
  ['its subdomain', 'example.com', 'https://iam.example.com', true],
  ['a host that only ends the same', 'example.com', 'https://notexample.com', false],
  ['a domain', '.example.com', 'https://iam.example.com', true],
  ['a domain itself', '.example.com', 'https://example.com', true],
  ['subdomains', '*.example.com', 'https://iam.example.com', true],
  ['the domain of subdomains', '*.example.com', 'https://example.com', false],
  ['a host on its port', 'example.com:443', 'https://example.com', true],
  ['a host on another port', 'example.com:8443', 'https://example.com', false],
  ['one of several', 'a.example.com b.example.com,c.example.com', 'https://b.example.com', true],
  ['an address', '10.1.2.3', 'https://10.1.2.3', true],
  ['an address on its port', '10.1.2.3:8443', 'https://10.1.2.3:8443', true],
  ['another address', '10.1.2.3', 'https://10.1.2.30', false],
  ['a network', '10.0.0.0/8', 'https://10.200.3.4', true],
  ['a network of another size', '10.0.0.0/16', 'https://10.200.3.4', false],
  ['the whole of IPv4', '0.0.0.0/0', 'https://10.200.3.4', true],
  ['a network, for a name', '0.0.0.0/0', 'https://example.com', false],
  ['an IPv6 address', '2001:db8::1', 'https://[2001:db8:0::1]', true],
  ['an IPv6 address in brackets', '[2001:db8::1]', 'https://[2001:db8::1]', true],
  ['an IPv6 address on another port', '[2001:db8::1]:8443', 'https://[2001:db8::1]', false],
  ['an IPv6 network', '2001:db8::/32', 'https://[2001:db8:1::1]', true],
  ['another IPv6 network', '2001:db9::/32', 'https://[2001:db8:1::1]', false],
])('NO_PROXY with %s', (_, text, url, expected) => {
  expect(includes(text, url)).toBe(expected);
  expect(parseNoProxy(text).malformed).toEqual([]);
});

test.each([
  '10.0.0.0/33',
  '2001:db8::/129',
  '10.0.0/8',
  'example.com/24',
  'http://example.com',
  'example.com:99999',
  '[::1',
  '/8',
  ':443',
  'localhost;127.0.0.1',
  '"localhost',
  '192.168.',
  '10.0.0',
])('malformed: %s', (entry) => {
  const read = parseNoProxy(`a.example.com,${entry}`);
  expect(read.malformed).toEqual([entry]);
  expect(read.includes(new URL('https://a.example.com'))).toBe(true);
});
