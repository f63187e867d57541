import { createHash } from 'node:crypto';
import { type CredentialFile, readCredentialFile } from '../../config/credentials/credential-file.ts';
import type { Logger } from '../../log.ts';
import { Secret } from '../../model/secret.ts';
import { SecMasterError } from '../http/errors.ts';

/** Credentials that the user provides, in the configuration or in files, which may change at any time. */

export interface Own<T> {
  readonly value: T;
  /** The same text for the same value, without revealing it. */
  readonly fingerprint: string;
}

export type Read<T> = () => Promise<T | { readonly problem: string }>;

export interface OwnCredentials<T> {
  /**
   * Reads again, so that a changed file applies from the next request on. While a file can't be read, for example while it is
   * being replaced, the last credentials stay in use; if there are none, it fails with a `SecMasterError`.
   */
  refresh(): Promise<void>;
  /** As last read. */
  current(): Own<T>;
}

export function createOwn<T extends object | string>(read: Read<T>, log: Logger): OwnCredentials<T> {
  let last: Own<T> | null = null;
  let told: string | null = null;

  async function refresh(): Promise<void> {
    const result = await read();
    if (typeof result === 'object' && 'problem' in result) {
      if (last === null) throw new SecMasterError('no_credentials', 'read_credentials', result.problem);
      if (told !== result.problem)
        log.warn({ problem: result.problem }, 'credential file could not be read; still using the last credentials');
      told = result.problem;
      return;
    }
    const fingerprint = createHash('sha256').update(JSON.stringify(result)).digest('hex');
    if (last !== null && last.fingerprint !== fingerprint) log.info('credentials changed');
    last = { value: result, fingerprint };
    told = null;
  }

  return {
    refresh,
    current: () => {
      if (last === null) throw new SecMasterError('no_credentials', 'read_credentials', 'nothing has been read yet');
      return last;
    },
  };
}

/** The text itself or the content of its file; `key` is the file's key in the configuration. */
export async function textOf(
  source: string | Secret | CredentialFile,
  key: string,
): Promise<string | { readonly problem: string }> {
  if (typeof source === 'string') return source;
  if (source instanceof Secret) return source.reveal();
  const read = await readCredentialFile(source);
  return 'problem' in read ? { problem: `${key}: ${read.problem}` } : read.text;
}
