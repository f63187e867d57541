import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw, deflateRawSync } from 'node:zlib';

const deflate = promisify(deflateRaw);

export type Bytes = Uint8Array<ArrayBuffer>;

/** A part of a content, plain and compressed: it fits any place. */
export interface Part {
  readonly plain: Bytes;
  readonly deflated: Bytes;
}

/** The start of a gzip stream (RFC 1952): put together once, it is ended with another tail for each scrape. */
export interface GzipHead {
  readonly bytes: Bytes;
  /** Of what has been compressed. */
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

/** Bytes whose checksum is taken in one go: a fraction of a millisecond's work. */
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

/** The last part. Compresses here and now: it should be small. */
export function tailOf(plain: Bytes): Part {
  return { plain, deflated: deflateRawSync(plain) };
}

/** What makes a whole gzip stream of the head: together they hold the head's content and the tail's. */
export function gzipEnd({ crc, length }: GzipHead, { plain, deflated }: Part): Bytes {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(plain, crc), 0);
  trailer.writeUInt32LE((length + plain.length) % 2 ** 32, 4);
  return Buffer.concat([deflated, trailer]);
}
