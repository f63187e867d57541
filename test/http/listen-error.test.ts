import { expect, test } from 'vitest';
import { listenError, socketProblem } from '../../src/http/listen-error.ts';

const failed = (code: string) => Object.assign(new Error(`listen ${code}: as Node.js says it`), { code });

test.each<[string, string, string | null, string]>([
  ['a port in use', 'EADDRINUSE', '192.0.2.7', '192.0.2.7:19210: the port is in use; choose another --the.flag'],
  ['a port below 1024', 'EACCES', null, ':19210: not allowed for this user; choose a port above 1023'],
  [
    'an address of another machine',
    'EADDRNOTAVAIL',
    '2001:db8::7',
    '[2001:db8::7]:19210: this machine does not have the address; choose another --the.flag, such as :19210 for all addresses',
  ],
  [
    'IPv6 where there is none',
    'EAFNOSUPPORT',
    '::1',
    '[::1]:19210: this machine has no IPv6; choose another --the.flag, such as :19210 for all addresses',
  ],
  [
    'a link-local address without its interface',
    'EINVAL',
    'fe80::1',
    '[fe80::1]:19210: a link-local address needs its interface, such as [fe80::1%eth0]:19210',
  ],
  [
    'an interface that does not exist',
    'EINVAL',
    'fe80::1%none',
    '[fe80::1%none]:19210: this machine cannot listen on the address; choose another --the.flag, such as :19210 for all addresses',
  ],
  [
    'an unknown host',
    'ENOTFOUND',
    'soc.invalid',
    'soc.invalid:19210: the host name is not known; write an address, or choose another --the.flag, such as :19210 for all addresses',
  ],
  [
    'a name server that does not answer',
    'EAI_AGAIN',
    'soc.invalid',
    'soc.invalid:19210: the host name could not be looked up, because no name server answered; write an address, or choose another --the.flag, such as :19210 for all addresses',
  ],
  ['anything else', 'EODD', null, ':19210: listen EODD: as Node.js says it'],
])('%s', (_, code, host, text) => {
  expect(listenError(failed(code), { host, port: 19210 }, '--the.flag').message).toBe(`cannot listen on ${text}`);
});

test('a port that the exporter itself has taken before', () => {
  const own = [
    { host: '::1', port: 9 },
    { host: null, port: 19210 },
  ];
  expect(listenError(failed('EADDRINUSE'), { host: '127.0.0.1', port: 19210 }, '--the.flag', own).message).toBe(
    'cannot listen on 127.0.0.1:19210: --the.flag :19210 has the port already; leave one of them out',
  );
});

test.each(['EINVAL', 'ENOTSOCK', 'EBADF', 'EOPNOTSUPP'])('a descriptor that takes no connections: %s', (code) => {
  expect(socketProblem(failed(code))).toBe(
    'it is no socket that takes connections; use ListenStream= in the .socket unit',
  );
});
