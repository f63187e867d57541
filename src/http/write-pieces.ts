import type { Writable } from 'node:stream';
import type { Bytes } from '../metrics/gzip.ts';

/** What is handed over at a time. TLS copies it, so this is also what an unread response may cost. */
export const sliceBytes = 256 * 1024;

/** Writes the pieces no faster than they are read, and ends the stream. It stops where the reader has left. */
export async function writePieces(to: Writable, pieces: readonly Bytes[]): Promise<void> {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += sliceBytes) {
      if (to.destroyed) return;
      if (!to.write(piece.subarray(at, at + sliceBytes))) await drained(to);
    }
  }
  to.end();
}

function drained(stream: Writable): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => {
    stream.off('drain', done).off('close', done);
    resolve();
  };
  stream.once('drain', done).once('close', done);
  return promise;
}
