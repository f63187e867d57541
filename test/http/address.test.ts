import { expect, test } from 'vitest';
import { clientOf } from '../../src/http/address.ts';

test.each<[string, string | undefined, string]>([
  ['an IPv4 address is one client', '192.0.2.7', '192.0.2.7'],
  ['also where it is written as IPv6', '::ffff:192.0.2.7', '192.0.2.7'],
  ['a /64 is one client', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['however it is written', '2001:DB8:1:2::6', '2001:db8:1:2::/64'],
  ['also where zeros are left out at once', '2001:db8::6', '2001:db8:0:0::/64'],
  ['the machine itself', '::1', '0:0:0:0::/64'],
  ['a neighbour on a link', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['whoever has no address', undefined, ''],
])('%s', (_, remote, client) => {
  expect(clientOf(remote)).toBe(client);
});
