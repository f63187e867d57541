import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { type Listening, listen } from '../../src/simulator/listen.ts';
import { createSimulator } from '../../src/simulator/simulator.ts';
import { instancesPath, nowMs, pageOf, setUp } from './harness.ts';

let open: Listening | null = null;
afterEach(async () => {
  await open?.close();
  open = null;
});

async function served() {
  const parts = await setUp();
  open = await listen(parts.simulator, '127.0.0.1', 0);
  const { url } = open;
  parts.world.start(nowMs - 1000);
  return { ...parts, url, fetchList: () => fetch(url + instancesPath, { headers: { 'x-auth-token': parts.token } }) };
}

/** A simulator in real time that delays its first answer by an hour; tells when that begins and when it has ended. */
async function late() {
  const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const sleep = (ms: number, signal?: AbortSignal) => {
    begun.resolve();
    return systemClock.sleep(ms, signal).finally(over.resolve);
  };
  const simulator = createSimulator({ clock: { ...systemClock, sleep } });
  simulator.faults.add({ kind: 'latency', ms: 3_600_000, times: 1 });
  const listening = await listen(simulator, '127.0.0.1', 0);
  open = listening;
  return { url: listening.url, listening, delayed: begun.promise, ended: over.promise };
}

/** What stands on the wire until the other side ends it, and how it ended. */
function onTheWire(url: string, token: string): Promise<{ text: string; ended: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let text = '';
    let ended = 'closed';
    const socket = connect(Number(port), hostname, () => {
      socket.write(`GET ${instancesPath} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: ${token}\r\n\r\n`);
    });
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      ended = error.code ?? 'error';
    });
    socket.on('close', () => resolve({ text, ended }));
  });
}

describe('over a socket', () => {
  test('no Date is none', async () => {
    const { simulator, fetchList } = await served();
    expect((await fetchList()).headers.has('date')).toBe(true);
    simulator.behaviour.patch({ time: { date: 'absent' } });
    expect((await fetchList()).headers.has('date')).toBe(false);
  });

  test('answers as in process, with the time of the simulator', async () => {
    const { fetchList } = await served();
    const answer = await fetchList();
    expect([answer.status, (await pageOf(answer)).count]).toEqual([200, 1]);
    expect(answer.headers.get('date')).toBe(new Date(nowMs).toUTCString());
  });

  test('a cut answer promises more bytes than it sends and ends the connection', async () => {
    const { simulator, url, token } = await served();
    simulator.faults.add({ kind: 'cut', times: 1 });
    const { text } = await onTheWire(url, token);
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head).toContain(`date: ${new Date(nowMs).toUTCString()}`);
    const promised = Number(/content-length: (\d+)/i.exec(head)?.[1]);
    expect(promised).toBeGreaterThan(100);
    expect(body.length).toBe(Math.floor(promised / 2));
    expect(body).toMatch(/^\{"count":1,"instances":\[/);
  });

  test('a reset connection gives no answer at all', async () => {
    const { simulator, url, token } = await served();
    simulator.faults.add({ kind: 'reset', times: 1 });
    expect(await onTheWire(url, token)).toEqual({ text: '', ended: 'ECONNRESET' });
  });

  test.each(['cut', 'reset'] as const)(
    'a client sees an error after %s and an answer at the next try',
    async (kind) => {
      const { simulator, fetchList } = await served();
      simulator.faults.add({ kind, times: 1 });
      await expect(fetchList().then((answer) => answer.text())).rejects.toThrow(TypeError);
      expect((await fetchList()).status).toBe(200);
    },
  );

  test('a caller who hangs up during a delay ends it, and others are served', async () => {
    const { url, delayed, ended } = await late();
    const hangUp = new AbortController();
    const answer = expect(fetch(`${url}/nowhere`, { signal: hangUp.signal })).rejects.toThrow();
    await delayed;
    hangUp.abort();
    await answer;
    await ended;
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
  });

  test('closing ends the connections that still wait for an answer', async () => {
    const { url, listening, delayed, ended } = await late();
    const answer = expect(fetch(`${url}/nowhere`)).rejects.toThrow(TypeError);
    await delayed;
    await listening.close();
    open = null;
    await answer;
    await ended;
    await expect(fetch(url)).rejects.toThrow(TypeError);
  });

  test('an address that is taken is an error', async () => {
    const { url, simulator } = await served();
    await expect(listen(simulator, '127.0.0.1', Number(new URL(url).port))).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
