import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { homedir } from 'node:os';

export type TextFile = { readonly text: string } | { readonly problem: string };

/**
 * Reads a small UTF-8 file. A relative path is relative to the working directory; `~/` is the home directory.
 * Problems don't name the file: if somebody has written a secret instead of its path, it must not appear in a log.
 */
export function readTextFile(path: string, maxBytes: number): TextFile {
  try {
    const bytes = readAtMost(expandHome(path), maxBytes + 1);
    if (bytes.length > maxBytes) return { problem: `is larger than ${maxBytes} bytes` };
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    return { problem: reason(error) };
  }
}

/** The reported size of a file can be wrong: it may grow while it is read, or be an endless device. */
function readAtMost(file: string, maxBytes: number): Uint8Array {
  const bytes = new Uint8Array(maxBytes);
  const descriptor = openSync(file, 'r');
  try {
    let length = 0;
    while (length < maxBytes) {
      const read = readSync(descriptor, bytes, length, maxBytes - length, null);
      if (read === 0) break;
      length += read;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

export function isThere(path: string): boolean {
  return existsSync(expandHome(path));
}

export function expandHome(path: string): string {
  return path.replace(/^~(?=\/)/, homedir());
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'no such file',
    ENOTDIR: 'no such file',
    EACCES: 'cannot be read: permission denied',
    EISDIR: 'is a directory, not a file',
    ERR_ENCODING_INVALID_ENCODED_DATA: 'is not UTF-8 text',
  };
  return reasons[code] ?? `cannot be read (${code})`;
}
