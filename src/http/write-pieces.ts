import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import type { Bytes } from '../metrics/gzip.ts';

/** What may wait to be read. TLS copies it, so this is also what an unread response may cost. */
export const unreadBytes = 256 * 1024;

/** The headers of a response that consists of the pieces. */
export function headOf(pieces: readonly Bytes[], headers: Readonly<Record<string, string>>): Record<string, string> {
  return { ...headers, 'Content-Length': String(pieces.reduce((bytes, piece) => bytes + piece.length, 0)) };
}

/** Answers 200 with the pieces. A single body would be a copy for each scrape, and a stream would double the cost of one. */
export function sendPieces(
  response: ServerResponse,
  pieces: readonly Bytes[],
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  response.writeHead(200, headOf(pieces, headers));
  return writePieces(response, pieces);
}

/**
 * Writes the pieces no faster than they are read, and ends the stream. It stops where the reader has left. What fits is handed over in one
 * go, because each time the reader is waited for costs as much as a small response.
 */
export async function writePieces(to: Writable, pieces: readonly Bytes[]): Promise<void> {
  let unread = 0;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      if (to.destroyed) return;
      const slice = piece.subarray(at, at + unreadBytes - unread);
      at += slice.length;
      unread += slice.length;
      const isRead = to.write(slice);
      if (unread < unreadBytes) continue;
      if (!isRead) await drained(to);
      unread = 0;
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
