import { promisify } from 'node:util';
import { constants, crc32, deflateRaw, deflateRawSync } from 'node:zlib';

const deflate = promisify(deflateRaw);

/** The start of a gzip stream (RFC 1952): compressed once, it is ended with another tail for each scrape. */
export interface GzipHead {
  readonly bytes: Buffer;
  /** Of what has been compressed. */
  readonly crc: number;
  readonly length: number;
}

/** Magic number, deflate, no flags, no time, no extra flags, unknown system. */
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

export async function gzipHead(content: Buffer): Promise<GzipHead> {
  // Flushed to a whole byte and not finished, so that more can follow.
  const deflated = await deflate(content, { finishFlush: constants.Z_SYNC_FLUSH });
  return { bytes: Buffer.concat([header, deflated]), crc: crc32(content), length: content.length };
}

/** The gzip of the head's content and the tail. The tail is compressed here and now: it should be small. */
export function gzipWhole({ bytes, crc, length }: GzipHead, tail: Buffer): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(tail, crc), 0);
  trailer.writeUInt32LE((length + tail.length) % 2 ** 32, 4);
  return Buffer.concat([bytes, deflateRawSync(tail), trailer]);
}
