import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { HttpRequest } from '../../../src/secmaster/http/answer.ts';
import { createEndpoint } from '../../../src/secmaster/http/endpoint.ts';
import { createSend } from '../../../src/secmaster/http/send.ts';
import { createManualClock } from '../../../src/simulator/manual-clock.ts';

/** A real server and real sockets: what a body that breaks off does to a client can't be mocked. */

type Handler = (request: IncomingMessage, response: ServerResponse, index: number) => void;

async function setUp(handler: Handler, dispatcherOf = async (dispatcher: Agent) => dispatcher) {
  const calls: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    calls.push(request);
    handler(request, response, calls.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const dispatcher = new Agent();
  onTestFinished(async () => {
    await dispatcher.destroy();
    server.closeAllConnections();
    server.close();
  });
  // A server on loopback always has an address with a port.
  const { port } = server.address() as AddressInfo;
  const clock = createManualClock();
  const observed: [operation: string, code: string][] = [];
  const send = createSend({
    route: { dispatcher: () => dispatcherOf(dispatcher), proxyTo: () => null },
    clock,
    timeoutMs: 10_000,
    userAgent: 'secmaster-exporter/1.2.3',
    observe: (operation, code) => observed.push([operation, code]),
  });
  const endpoint = createEndpoint(`http://127.0.0.1:${port}`, 100, clock);
  const request: HttpRequest = {
    operation: 'list_instances',
    endpoint,
    method: 'GET',
    path: '/v1/list',
    query: [
      ['to_date', '2025-07-18T15:11:03.000Z+0800'],
      ['limit', '100'],
    ],
    headers: { host: endpoint.host, 'x-project-id': 'p' },
    body: '',
    secrets: [],
  };
  const caller = new AbortController();
  const get = () => send(request, caller.signal);
  /** Turns the clock past a retry's wait once the client has begun to wait (its deadline sleeps as well). */
  const passRetryWait = async () => {
    await vi.waitFor(() => expect(clock.sleeping().length).toBe(2));
    await clock.turn(clock.sleeping()[0] ?? 0);
  };
  return { calls, clock, observed, get, passRetryWait, caller, endpoint };
}

const ok = JSON.stringify({ count: 0, instances: [] });

test('a file of the client that cannot be read is not told as a fault of the network', async () => {
  const unreadable = () => Promise.reject(Object.assign(new Error('agents.js'), { code: 'ERR_MODULE_NOT_FOUND' }));
  const { get, calls } = await setUp((_, response) => response.end(ok), unreadable);
  await expect(get()).rejects.toMatchObject({
    message:
      'list_instances: a file of the exporter could not be read: too many files are open, or another version was installed and needs a restart',
  });
  expect(calls).toEqual([]);
});

test('sends the query as it is signed, and asks for no compression', async () => {
  const { get, calls, endpoint } = await setUp((_, response) => response.end(ok));
  expect((await get()).json).toEqual({ count: 0, instances: [] });
  expect(calls[0]?.url).toBe('/v1/list?limit=100&to_date=2025-07-18T15%3A11%3A03.000Z%2B0800');
  expect(calls[0]?.headers).toMatchObject({ host: endpoint.host, 'user-agent': 'secmaster-exporter/1.2.3' });
  expect(calls[0]?.headers).not.toHaveProperty('accept-encoding');
  expect(calls[0]?.headers).not.toHaveProperty('range');
});

test('leaves no timer behind', async () => {
  const { get, clock } = await setUp((_, response) => response.end(ok));
  await get();
  expect(clock.sleeping()).toEqual([]);
});

describe('a body that breaks off is an error of its own and is not asked for again', () => {
  test.each<[string, Handler]>([
    [
      'with a length',
      (_, response) => {
        response.writeHead(200, { 'content-length': 1000, 'accept-ranges': 'bytes', etag: '"1"' });
        response.write('{"count":1,', () => response.destroy());
      },
    ],
    [
      'in chunks',
      (_, response) => {
        response.writeHead(200, { etag: '"1"' });
        response.write('{"count":1,', () => response.destroy());
      },
    ],
    [
      'before its first byte',
      (_, response) => {
        response.writeHead(200, { 'content-length': 1000 });
        response.flushHeaders();
        setTimeout(() => response.destroy(), 20);
      },
    ],
  ])('%s', async (_, handler) => {
    const { get, calls, observed } = await setUp(handler);
    await expect(get()).rejects.toMatchObject({ name: 'SecMasterError', kind: 'body_cut', httpStatus: 200 });
    expect(calls).toHaveLength(1);
    expect(observed).toEqual([['list_instances', '200']]);
  });
});

test('a body beyond 16 MiB is not read to its end', async () => {
  let sentMiB = 0;
  const { get, calls, observed } = await setUp((_, response) => {
    const write = () => {
      if (response.destroyed) return;
      sentMiB += 1;
      if (sentMiB > 1000) response.end();
      else response.write(Buffer.alloc(1024 * 1024, ' '), write);
    };
    write();
  });
  await expect(get()).rejects.toMatchObject({ kind: 'body_too_large', httpStatus: 200 });
  expect(sentMiB).toBeLessThan(100);
  expect(calls).toHaveLength(1);
  await vi.waitFor(() => expect(observed).toEqual([['list_instances', '200']]));
});

test('a body of just 16 MiB is read', async () => {
  const { get } = await setUp((_, response) => response.end(ok.padEnd(16 * 1024 * 1024)));
  expect((await get()).json).toEqual({ count: 0, instances: [] });
});

describe('the timeout holds', () => {
  test.each<[string, Handler]>([
    ['where no answer comes', () => {}],
    [
      'where the body comes too slowly',
      (_, response) => {
        response.writeHead(200);
        response.write('{"count":1,');
      },
    ],
  ])('%s', async (_, handler) => {
    const { get, calls, clock } = await setUp(handler);
    const answer = get();
    answer.catch(() => {});
    await vi.waitFor(() => expect(calls).toHaveLength(1));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await clock.turn(9_999);
    expect(clock.sleeping()).toEqual([1]);
    await clock.turn(1);
    await expect(answer).rejects.toMatchObject({ kind: 'timeout', message: expect.stringContaining('within 10s') });
    expect(calls).toHaveLength(1);
  });
});

test('the caller may give up', async () => {
  const { get, calls, caller, observed } = await setUp(() => {});
  const answer = get();
  answer.catch(() => {});
  await vi.waitFor(() => expect(calls).toHaveLength(1));
  caller.abort();
  await expect(answer).rejects.toMatchObject({ name: 'SecMasterError', kind: 'aborted' });
  await vi.waitFor(() => expect(observed).toEqual([['list_instances', 'aborted']]));
  await expect(get()).rejects.toMatchObject({ kind: 'aborted' });
  expect(calls).toHaveLength(1);
});

test('the caller may give up while it waits to try again', async () => {
  const { get, calls, caller, clock } = await setUp((_, response) => response.writeHead(503).end());
  const answer = get();
  answer.catch(() => {});
  await vi.waitFor(() => expect(clock.sleeping()).toHaveLength(2));
  caller.abort();
  await expect(answer).rejects.toMatchObject({ kind: 'aborted' });
  expect(clock.sleeping()).toEqual([]);
  expect(calls).toHaveLength(1);
});

describe('is tried again', () => {
  test.each<[string, Handler, string]>([
    ['after 503', (_, response) => response.writeHead(503).end('{}'), '503'],
    ['after 429', (_, response) => response.writeHead(429).end('{}'), '429'],
    ['after 502 with a page of a proxy', (_, response) => response.writeHead(502).end('<html></html>'), '502'],
    [
      'after 503 with a body that breaks off',
      (_, response) => {
        response.writeHead(503, { 'content-length': 1000 });
        response.write('{"code":', () => response.destroy());
      },
      '503',
    ],
    ['after a reset', (request) => request.socket.resetAndDestroy(), 'network'],
  ])('%s', async (_, fail, code) => {
    const { get, calls, observed, passRetryWait } = await setUp((request, response, index) =>
      index === 0 ? fail(request, response, index) : response.end(ok),
    );
    const answer = get();
    await passRetryWait();
    expect((await answer).json).toEqual({ count: 0, instances: [] });
    expect(calls).toHaveLength(2);
    expect(observed.map(([, each]) => each)).toEqual([code, '200']);
  });

  test('after a reset that follows a 503', async () => {
    const { get, calls, observed, passRetryWait } = await setUp((request, response, index) => {
      if (index === 0) response.writeHead(503).end();
      else if (index === 1) request.socket.resetAndDestroy();
      else response.end(ok);
    });
    const answer = get();
    await passRetryWait();
    await passRetryWait();
    await answer;
    expect(calls).toHaveLength(3);
    expect(observed.map(([, code]) => code)).toEqual(['503', 'network', '200']);
  });

  test('but three times in all', async () => {
    const { get, calls, observed, passRetryWait } = await setUp((_, response) =>
      response.writeHead(503).end('{"error_code":"APIGW.0613","error_msg":"unavailable"}'),
    );
    const answer = get();
    answer.catch(() => {});
    await passRetryWait();
    await passRetryWait();
    await expect(answer).rejects.toMatchObject({ kind: 'server_error', httpStatus: 503, code: 'APIGW.0613' });
    expect(calls).toHaveLength(3);
    expect(observed).toHaveLength(3);
  });

  test('when Retry-After says', async () => {
    const { get, calls, clock } = await setUp((_, response, index) =>
      index === 0 ? response.writeHead(429, { 'retry-after': '4' }).end() : response.end(ok),
    );
    const answer = get();
    await vi.waitFor(() => expect(clock.sleeping()).toEqual([4_000, 10_000]));
    expect(calls).toHaveLength(1);
    await clock.turn(4_000);
    await answer;
    expect(calls).toHaveLength(2);
  });

  test('not at all when Retry-After outlasts the timeout', async () => {
    const { get, calls } = await setUp((_, response) => response.writeHead(429, { 'retry-after': '60' }).end());
    await expect(get()).rejects.toMatchObject({ kind: 'throttled' });
    expect(calls).toHaveLength(1);
  });

  test.each([301, 400, 401, 403, 404, 409])('not after %d', async (status) => {
    const { get, calls } = await setUp((_, response) => response.writeHead(status).end('{}'));
    await expect(get()).rejects.toMatchObject({ httpStatus: status });
    expect(calls).toHaveLength(1);
  });
});

test('an error keeps its status although its body breaks off', async () => {
  const { get, calls } = await setUp((_, response) => {
    response.writeHead(403, { 'content-length': 1000 });
    response.write('{"code":', () => response.destroy());
  });
  await expect(get()).rejects.toMatchObject({ kind: 'forbidden', httpStatus: 403 });
  expect(calls).toHaveLength(1);
});

test('a page of a proxy is told by its title', async () => {
  const { get } = await setUp((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html><title>Sign in to Example Net</title></html>'),
  );
  await expect(get()).rejects.toMatchObject({
    kind: 'body_not_json',
    httpStatus: 200,
    message: expect.stringContaining('Sign in to Example Net'),
  });
});

test('a port where nobody listens', async () => {
  const { get, endpoint, passRetryWait, observed } = await setUp(() => {});
  const unused = createServer();
  await new Promise<void>((resolve) => unused.listen(0, '127.0.0.1', resolve));
  const { port } = unused.address() as AddressInfo;
  await new Promise((resolve) => unused.close(resolve));
  Object.assign(endpoint, { origin: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}` });
  const answer = get();
  answer.catch(() => {});
  await passRetryWait();
  await passRetryWait();
  await expect(answer).rejects.toMatchObject({ kind: 'network', code: 'ECONNREFUSED', httpStatus: null });
  expect(observed.map(([, code]) => code)).toEqual(['network', 'network', 'network']);
});

test('every answer tells the time of the server, also a refusal', async () => {
  const { get, endpoint } = await setUp((_, response) =>
    response.writeHead(403, { date: 'Fri, 18 Jul 2025 08:11:03 GMT' }).end('{}'),
  );
  await expect(get()).rejects.toThrow();
  expect(new Date(endpoint.clock.now()).toISOString()).toBe('2025-07-18T08:11:03.000Z');
});
