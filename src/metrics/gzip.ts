import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw, deflateRawSync } from 'node:zlib';

const deflate = promisify(deflateRaw);

export type Bytes = Uint8Array<ArrayBuffer>;

/** A part of the content, plain and compressed; it fits anywhere in the stream. */
export interface Part {
  readonly plain: Bytes;
  readonly deflated: Bytes;
}

/** The start of a gzip stream (RFC 1952). It is made once, and each scrape ends it with its own tail. */
export interface GzipHead {
  readonly bytes: Bytes;
  /** Of the uncompressed content. */
  readonly crc: number;
  readonly length: number;
}

/** Magic number, deflate, no flags, no time, no extra flags, unknown system. */
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** Compresses off the main thread. */
export async function partOf(plain: Bytes): Promise<Part> {
  // Flushed to a whole byte and not finished, so that more can follow.
  return { plain, deflated: await deflate(plain, { finishFlush: constants.Z_SYNC_FLUSH }) };
}

/** Bytes per turn of the event loop for the checksum: a fraction of a millisecond. */
const checkedBytes = 1024 * 1024;

export async function gzipHead(parts: readonly Part[]): Promise<GzipHead> {
  let [crc, length, inTurn] = [0, 0, 0];
  for (const { plain } of parts) {
    crc = crc32(plain, crc);
    length += plain.length;
    inTurn += plain.length;
    if (inTurn < checkedBytes) continue;
    inTurn = 0;
    await turnOfEventLoop();
  }
  return { bytes: Buffer.concat([header, ...parts.map(({ deflated }) => deflated)]), crc, length };
}

/** The last part. It is compressed synchronously, so it should be small. */
export function tailOf(plain: Bytes): Part {
  return { plain, deflated: deflateRawSync(plain) };
}

/** Completes the head to a gzip stream with the content of both. */
export function gzipEnd({ crc, length }: GzipHead, { plain, deflated }: Part): Bytes {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(plain, crc), 0);
  trailer.writeUInt32LE((length + plain.length) % 2 ** 32, 4);
  return Buffer.concat([deflated, trailer]);
}
