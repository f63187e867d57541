import { promisify } from 'node:util';
import { constants, crc32, deflateRaw, deflateRawSync } from 'node:zlib';

const deflate = promisify(deflateRaw);

export type Bytes = Uint8Array<ArrayBuffer>;

/** The start of a gzip stream (RFC 1952): compressed once, it is ended with another tail for each scrape. */
export interface GzipHead {
  readonly bytes: Bytes;
  /** Of what has been compressed. */
  readonly crc: number;
  readonly length: number;
}

/** The end of a content, plain and compressed: it fits any head. */
export interface Tail {
  readonly plain: Bytes;
  readonly deflated: Bytes;
}

/** Magic number, deflate, no flags, no time, no extra flags, unknown system. */
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** @param content in pieces, each compressed off the main thread; between them the event loop turns */
export async function gzipHead(content: Iterable<Bytes>): Promise<GzipHead> {
  const deflated: Bytes[] = [header];
  let [crc, length] = [0, 0];
  for (const piece of content) {
    // Flushed to a whole byte and not finished, so that more can follow.
    deflated.push(await deflate(piece, { finishFlush: constants.Z_SYNC_FLUSH }));
    crc = crc32(piece, crc);
    length += piece.length;
  }
  return { bytes: Buffer.concat(deflated), crc, length };
}

/** Compresses here and now: it should be small. */
export function tailOf(content: Bytes): Tail {
  return { plain: content, deflated: deflateRawSync(content) };
}

/** What makes a whole gzip stream of the head: together they hold the head's content and the tail's. */
export function gzipEnd({ crc, length }: GzipHead, { plain, deflated }: Tail): Bytes {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(plain, crc), 0);
  trailer.writeUInt32LE((length + plain.length) % 2 ** 32, 4);
  return Buffer.concat([deflated, trailer]);
}
