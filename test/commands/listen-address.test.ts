import { expect, test } from 'vitest';
import { parseListenAddress } from '../../src/commands/listen-address.ts';

test.each([
  [':39210', null, 39210],
  ['127.0.0.1:0', '127.0.0.1', 0],
  ['0.0.0.0:80', '0.0.0.0', 80],
  ['[::1]:39210', '::1', 39210],
  ['[::]:65535', '::', 65535],
  ['localhost:39210', 'localhost', 39210],
  ['exporter-0.soc.svc:39210', 'exporter-0.soc.svc', 39210],
])('%s', (text, host, port) => {
  expect(parseListenAddress(text)).toEqual({ host, port });
});

test.each([
  ['no text', ''],
  ['a port alone', '39210'],
  ['a host alone', 'localhost'],
  ['no port', 'localhost:'],
  ['a port that is too great', ':65536'],
  ['a port below zero', ':-1'],
  ['a name for a port', ':http'],
  ['an IPv6 address without brackets', '::1:39210'],
  ['brackets around a name', '[localhost]:39210'],
  ['an IPv4 address that is none', '300.1.1.1:39210'],
  ['a URL', 'http://localhost:39210'],
  ['white space', ' :39210'],
  ['a line end', ':39210\n'],
])('refuses %s', (_, text) => {
  expect(parseListenAddress(text)).toBeNull();
});
