import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createAnswer } from '../../src/http/answer.ts';

test('where a file could not be read, the request is told so and the next one is answered', async () => {
  let reads = 0;
  const read = async () => {
    reads++;
    if (reads === 1) throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
    return (_: unknown, response: { end: (text: string) => unknown }) => void response.end('pages');
  };
  const server = createServer(createAnswer({ fetch: () => new Response() }, read)).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const ask = async () => {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return `${response.status} ${await response.text()}`;
  };
  expect(await ask()).toBe(
    '503 a file of the exporter could not be read: too many files are open, or another version was installed and needs a restart\n',
  );
  expect(await Promise.all([ask(), ask()])).toEqual(['200 pages', '200 pages']);
  expect(reads).toBe(2);
});
