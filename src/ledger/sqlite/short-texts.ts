import { LedgerError } from '../store.ts';

/**
 * Texts that every instance has, in few bytes: in a column `ANY`, a usual text is its number, a UUID is its 16 bytes, and any other text is
 * itself.
 */

/** By their numbers, which stand in ledgers: more may follow at the end. SQLite stores 0 and 1 in no byte at all, the others in one. */
const usualTexts = [
  'FINISHED',
  '[["FINISHED",1]]',
  'FAILED',
  '[["FAILED",1]]',
  'TERMINATED',
  '[["TERMINATED",1]]',
  '[]',
  'RUNNING',
  'RETRYING',
  'TERMINATING',
  'CREATED',
] as const;
/** A number of JavaScript would be stored as a fraction, in eight bytes. */
const numbers: ReadonlyMap<string, bigint> = new Map(usualTexts.map((text, number) => [text, BigInt(number)]));

/** Upper case, or no hyphens, would not come back. */
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Equal texts have equal short forms. A number is read as one of JavaScript. */
export type ShortText = string | number | bigint | Uint8Array;

/** The columns that hold short forms, by their tables. */
export const shortColumns: Readonly<Record<string, readonly string[]>> = {
  instance: ['id', 'status', 'counted_ends', 'counted_timed', 'last_end_ends'],
  failure: ['id'],
};

export function shorten(text: string): ShortText {
  return numbers.get(text) ?? (uuid.test(text) ? Buffer.from(text.replaceAll('-', ''), 'hex') : text);
}

const uuidInSql = [8, 4, 4, 4, 12].map((digits) => '[0-9a-f]'.repeat(digits)).join('-');

/** The same of a column, as SQL for a migration: it would keep what a function of JavaScript returns in memory until its end. */
export function shortenedInSql(column: string): string {
  const cases = usualTexts.map((text, number) => `WHEN '${text}' THEN ${number}`).join(' ');
  return `CASE ${column} ${cases} ELSE iif(${column} GLOB '${uuidInSql}', unhex(replace(${column}, '-', '')), ${column}) END`;
}

/** @throws {LedgerError} if no exporter has written it */
export function lengthen(short: ShortText): string {
  if (typeof short === 'string') return short;
  if (typeof short === 'number' || typeof short === 'bigint')
    return usualTexts[Number(short)] ?? unreadable(`the text ${short}`);
  if (short.length !== 16) return unreadable(`an id of ${short.length} bytes`);
  const hex = Buffer.from(short.buffer, short.byteOffset, 16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function unreadable(what: string): never {
  const message = `the ledger is damaged: no exporter writes ${what}; restore it from a backup, or delete it to start counting from 0`;
  throw new LedgerError(message, { isDamaged: true });
}
