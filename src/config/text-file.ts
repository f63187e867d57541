import { homedir } from 'node:os';
import { type FileProblem, files, type ReadOptions } from './bounded-reader.ts';

export type TextFile = { readonly text: string } | FileProblem;

/** Reads a small UTF-8 file. A relative path is relative to the working directory; `~/` is the home directory. */
export async function readTextFile(path: string, options?: ReadOptions): Promise<TextFile> {
  const file = await files.read(expandHome(path), options);
  return 'problem' in file ? file : decode(file.bytes);
}

function decode(bytes: Uint8Array): TextFile {
  const problem = (problem: string): TextFile => ({ problem, isThere: true });
  const mark = `${bytes[0]} ${bytes[1]}`;
  if (mark === '255 254' || mark === '254 255') return problem('is UTF-16 text; save it as UTF-8');
  if (bytes.includes(0))
    return problem('contains NUL characters; save it as text in UTF-8, or as PEM if it is a certificate');
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return problem('is not UTF-8 text; save it as UTF-8');
  }
}

export function expandHome(path: string): string {
  return path.replace(/^~(?=\/)/, homedir());
}
