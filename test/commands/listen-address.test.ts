import { expect, test } from 'vitest';
import { parseListenAddress } from '../../src/commands/listen-address.ts';

test.each([
  [':19210', null, 19210],
  ['127.0.0.1:0', '127.0.0.1', 0],
  ['0.0.0.0:80', '0.0.0.0', 80],
  ['[::1]:19210', '::1', 19210],
  ['[::]:65535', '::', 65535],
  ['localhost:19210', 'localhost', 19210],
  ['exporter-0.soc.svc:19210', 'exporter-0.soc.svc', 19210],
])('%s', (text, host, port) => {
  expect(parseListenAddress(text)).toEqual({ host, port });
});

test.each([
  ['no text', ''],
  ['a port alone', '19210'],
  ['a host alone', 'localhost'],
  ['no port', 'localhost:'],
  ['a port that is too great', ':65536'],
  ['a port below zero', ':-1'],
  ['a name for a port', ':http'],
  ['an IPv6 address without brackets', '::1:19210'],
  ['brackets around a name', '[localhost]:19210'],
  ['an IPv4 address that is none', '300.1.1.1:19210'],
  ['a URL', 'http://localhost:19210'],
  ['white space', ' :19210'],
  ['a line end', ':19210\n'],
])('refuses %s', (_, text) => {
  expect(parseListenAddress(text)).toBeNull();
});
