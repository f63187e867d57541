import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../support/process/tcp-proxy.ts';

interface Asked {
  readonly proxy: TcpProxy;
  /** What the server, which echoes, has heard. */
  heard(): string;
  dial(): Promise<{ socket: Socket; got(): string; ended: Promise<unknown> }>;
}

async function echoing(): Promise<Asked> {
  let heard = '';
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      heard += data;
      socket.write(data);
    });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const proxy = await startTcpProxy((server.address() as AddressInfo).port);
  return {
    proxy,
    heard: () => heard,
    async dial() {
      const socket = connect(proxy.port, '127.0.0.1').on('error', () => {});
      onTestFinished(() => void socket.destroy());
      let got = '';
      socket.on('data', (data) => {
        got += data;
      });
      const ended = new Promise((resolve) => socket.once('close', resolve));
      await Promise.race([new Promise((resolve) => socket.once('connect', resolve)), ended]);
      return { socket, got: () => got, ended };
    },
  };
}

test('bytes pass until connections are cut, and new ones pass', async () => {
  const { proxy, dial } = await echoing();
  const first = await dial();
  first.socket.write('one');
  await expect.poll(first.got).toBe('one');
  proxy.cut();
  await first.ended;
  const second = await dial();
  second.socket.write('two');
  await expect.poll(second.got).toBe('two');
});

test('connections are refused, and accepted again once it is mended', async () => {
  const { proxy, dial } = await echoing();
  await proxy.refuse();
  const refused = await dial();
  await refused.ended;
  expect(refused.socket.connecting).toBe(false);
  await proxy.mend();
  const accepted = await dial();
  accepted.socket.write('one');
  await expect.poll(accepted.got).toBe('one');
});

test('nothing passes a blackhole, and what was lost never comes', async () => {
  const { proxy, heard, dial } = await echoing();
  const before = await dial();
  proxy.blackhole();
  const within = await dial();
  for (const { socket } of [before, within]) socket.write('lost');
  await sleep(100);
  expect(heard()).toBe('');
  await proxy.mend();
  await Promise.all([before.ended, within.ended]);
});

test('answers are swallowed', async () => {
  const { proxy, heard, dial } = await echoing();
  proxy.swallowAnswers();
  const { socket, got, ended } = await dial();
  socket.write('heard');
  await expect.poll(heard).toBe('heard');
  expect(got()).toBe('');
  await proxy.mend();
  await ended;
});

test('a connection is cut in the middle of what is sent', async () => {
  const { proxy, heard, dial } = await echoing();
  proxy.cutAfter(3);
  const { socket, ended } = await dial();
  socket.write('12345');
  await ended;
  await expect.poll(heard).toBe('123');
});

test('all comes later', async () => {
  const { proxy, dial } = await echoing();
  proxy.delay(100);
  const { socket, got } = await dial();
  const sentMs = performance.now();
  socket.write('late');
  await expect.poll(got).toBe('late');
  expect(performance.now() - sentMs).toBeGreaterThan(190);
});
