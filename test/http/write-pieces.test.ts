import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { unreadBytes, writePieces } from '../../src/http/write-pieces.ts';

function reader(take: (chunk: Buffer) => Promise<void>) {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      chunks.push(chunk);
      take(chunk).then(() => done(), done);
    },
  });
  return { stream, chunks };
}

const pieces = [new Uint8Array(3 * unreadBytes + 1).fill(1), new Uint8Array(0), new Uint8Array(5).fill(2)];

test('all pieces are written, a slice at a time, as fast as they are read', async () => {
  let most = 0;
  const { stream, chunks } = reader(async () => {
    most = Math.max(most, stream.writableLength);
    await new Promise((resolve) => setImmediate(resolve));
  });
  await writePieces(stream, pieces);
  await new Promise((resolve) => stream.once('finish', resolve));
  expect(Buffer.concat(chunks)).toEqual(Buffer.concat(pieces));
  expect(most).toBeLessThanOrEqual(unreadBytes);
});

test('nothing more is written for a reader that has left', async () => {
  const { stream, chunks } = reader(async () => {
    stream.destroy();
  });
  await writePieces(stream, pieces);
  expect(chunks).toHaveLength(1);
});
