import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';

export type TextFile = { readonly text: string } | { readonly problem: string };

/**
 * Reads a small UTF-8 file whole. A relative path is relative to the working directory; `~/` is the home directory.
 * Problems don't name the file: who has put a secret where its path belongs must not find it in a log.
 */
export function readTextFile(path: string, maxBytes: number): TextFile {
  try {
    const file = expandHome(path);
    if (statSync(file).size > maxBytes) return { problem: `is larger than ${maxBytes} bytes` };
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)) };
  } catch (error) {
    return { problem: reason(error) };
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
