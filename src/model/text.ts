import { createHash } from 'node:crypto';

/** Text from outside, bounded and printable, before it is a label, a key, a line of the log or a part of a page. */

/** The greatest length of a label's value, in UTF-16 units, so that no counting of characters finds more. */
export const maxLabelLength = 200;
/** The greatest length of an id; SecMaster's have 36 characters. */
export const maxIdLength = 128;
/** The greatest length of a message, such as a node's. */
const maxMessageLength = 1_000;

const blank = /[\t-\r\u0085\u2028\u2029]/gu;
/** Control characters, halves of surrogate pairs, and what turns the direction of text or can't be seen. */
const unprintable =
  /[\p{Cc}\p{Cs}\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u;
const eachUnprintable = new RegExp(unprintable, 'gu');

/** A space for each line break or tab, and a replacement character for whatever else can't be printed. */
export function printable(text: string): string {
  return unprintable.test(text) ? text.replace(blank, ' ').replace(eachUnprintable, '\ufffd') : text;
}

/**
 * Printable and short. A longer text ends in an ellipsis and a digest of the whole, so that two that begin alike stay apart; the result
 * of a result is the same.
 */
export function labelText(text: string, max = maxLabelLength): string {
  return text.length <= max ? printable(text) : withDigest(text, max);
}

/**
 * A label that may be from an earlier exporter's ledger, where a series keeps its name as long as an exposition can have it: within its
 * length, and without what Prometheus reads as its end. Another name has a digest, or two series could become one.
 */
export function writableLabel(text: string): string {
  const isWritable = text.length <= maxLabelLength && !/[\0\p{Cs}]/u.test(text);
  return isWritable ? text : withDigest(text, maxLabelLength);
}

function withDigest(text: string, max: number): string {
  const end = `…${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
  return cut(printable(text.slice(0, max)), max - end.length) + end;
}

/** Printable but for its line breaks, and short: an ellipsis shows that it was longer. */
export function messageText(text: string, max = maxMessageLength): string {
  const lines = text.slice(0, max + 1).split(/\r?\n/);
  const printed = lines.map(printable).join('\n');
  return text.length > max ? `${cut(printed, max - 1)}…` : printed;
}

/** An id is taken as it is or not at all: a changed one would be another one's. */
export function isId(text: string): boolean {
  return text !== '' && text.length <= maxIdLength && !unprintable.test(text);
}

/** The first `length` units at the most, and no half of a character. */
export function cut(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}

/** A name with something in brackets that tells it from others, within the length of a label. */
export function suffixed(name: string, suffix: string | number): string {
  const end = ` (${suffix})`;
  const isShort = name.length + end.length <= maxLabelLength;
  return `${isShort ? name : `${cut(name, maxLabelLength - end.length - 1)}…`}${end}`;
}
