import { expect, test } from 'vitest';
import { passedSockets } from '../../src/commands/systemd-sockets.ts';

test.each([
  ['one socket', '1', [3]],
  ['several', '3', [3, 4, 5]],
])('%s', (_, count, descriptors) => {
  expect(passedSockets({ LISTEN_PID: '42', LISTEN_FDS: count }, 42)).toEqual({ descriptors });
});

test.each([
  [
    'no variables',
    {},
    'systemd has passed no socket; start the exporter through a .socket unit, or leave the flag out',
  ],
  [
    'those of another process, such as a shell in between',
    { LISTEN_PID: '41', LISTEN_FDS: '1' },
    'systemd has passed its sockets to process "41", and this is process 42; start the exporter by ExecStart itself, not through another program',
  ],
  ['no sockets', { LISTEN_PID: '42', LISTEN_FDS: '0' }, 'LISTEN_FDS "0" is no number of sockets'],
  ['a count that is none', { LISTEN_PID: '42', LISTEN_FDS: 'two' }, 'LISTEN_FDS "two" is no number of sockets'],
])('refuses %s', (_, variables, problem) => {
  expect(passedSockets(variables, 42)).toEqual({ problem });
});
