import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, type MockInstance, onTestFinished, test, vi } from 'vitest';
import { listen } from '../../src/http/listen.ts';
import { createAnswerScrape } from '../../src/http/scrape.ts';
import { workflow } from '../../src/metrics/families.ts';
import { appOf } from '../support/http/app.ts';
import { expositionOf } from '../support/metrics/exposition.ts';
import { emptySnapshot, report } from '../support/metrics/report.ts';

// What goes wrong while an answer is written, @hono/node-server tells the console alone.
let told: MockInstance;
beforeEach(() => {
  told = vi.spyOn(console, 'error').mockReturnValue();
});
afterEach(() => expect(told).not.toHaveBeenCalled());

/** Far more than the socket buffers on the way hold, so that a reader can be slow. */
const samples = 100_000;

const series = Array.from({ length: samples }, (_, i) => ({ playbook: `playbook ${i} ${'x'.repeat(100)}` }));

function found(value: number) {
  const window = series.map((labels) => ({ labels, instances: value, retries: 0 }));
  return [report({ snapshot: { ...emptySnapshot, window } })];
}

async function serve() {
  const exposition = expositionOf({ families: [workflow.instances] });
  await exposition.update(found(1), []);
  const place = { host: '127.0.0.1', port: 0 };
  const answerScrape = createAnswerScrape(exposition, '/metrics');
  const { port, close } = await listen(appOf({ exposition }), place, undefined, answerScrape);
  onTestFinished(close);
  return { exposition, port, scrape: async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text() };
}

/** Asks for `/metrics` and has read the first bytes of the answer; goes on when told to. */
async function beginToRead(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  await once(socket, 'readable');
  return socket;
}

/** How often samples with this value stand in a text. */
function count(text: string, value: number): number {
  return text.split('\n').filter((line) => line.startsWith('secmaster_workflow') && line.endsWith(` ${value}`)).length;
}

test('a slow reader gets the complete exposition that it started to read, and no other reader waits for it', async () => {
  const { exposition, port, scrape } = await serve();
  const slow = await beginToRead(port);
  await exposition.update(found(2), []);
  const others = await Promise.all([scrape(), scrape()]);
  expect(others.map((text) => count(text, 2))).toEqual([samples, samples]);
  const text = Buffer.concat(await slow.toArray()).toString();
  const length = Number(/^content-length: (\d+)/im.exec(text)?.[1]);
  expect([count(text, 1), count(text, 2)]).toEqual([samples, 0]);
  expect(Buffer.byteLength(text.slice(text.indexOf('\r\n\r\n') + 4))).toBe(length);
});

test('readers that leave in the middle of an answer do no harm', async () => {
  const { port, scrape } = await serve();
  for (const socket of await Promise.all([1, 2, 3].map(() => beginToRead(port)))) socket.resetAndDestroy();
  expect(count(await scrape(), 1)).toBe(samples);
});

test('a reader that leaves before the first exposition exists does no harm', async () => {
  const { port, exposition, scrape } = await serve();
  const asked = Promise.withResolvers<void>();
  const made = exposition.scrape;
  exposition.scrape = (...of) => {
    asked.resolve();
    return made(...of);
  };
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await asked.promise;
  socket.resetAndDestroy();
  expect(count(await scrape(), 1)).toBe(samples);
});

test('HEAD is answered without a body, and without making one', async () => {
  const { port, exposition } = await serve();
  const socket = connect(port, '127.0.0.1');
  socket.write('HEAD /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  const text = Buffer.concat(await socket.toArray()).toString();
  expect(text).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  expect(text.endsWith('\r\n\r\n')).toBe(true);
  expect(exposition.lastScrapeMs()).toBe(null);
});
