import { createHash } from 'node:crypto';
import { type CredentialFile, readCredentialFile } from '../../config/credentials/credential-file.ts';
import type { Logger } from '../../log.ts';
import { Secret } from '../../model/secret.ts';
import { SecMasterError } from '../http/errors.ts';

/** Credentials that the user has put somewhere: in the configuration, or in files, which may change at any time. */

export interface Own<T> {
  readonly value: T;
  /** The same text for the same value, and no way back to it. */
  readonly fingerprint: string;
}

export type Read<T> = () => T | { readonly problem: string };

/**
 * Reads anew at each call, so that a changed file counts from the next request on. While a file can't be read, as in the
 * middle of its replacement, what was read last goes on; without that it fails with a `SecMasterError`.
 */
export function createOwn<T extends object | string>(read: Read<T>, log: Logger): () => Own<T> {
  let last: Own<T> | null = null;
  let told: string | null = null;
  return () => {
    const result = read();
    if (typeof result === 'object' && 'problem' in result) {
      if (last === null) throw new SecMasterError('no_credentials', 'read_credentials', result.problem);
      if (told !== result.problem)
        log.warn({ reason: result.problem }, 'credentials not read again, the last ones go on');
      told = result.problem;
      return last;
    }
    const fingerprint = createHash('sha256').update(JSON.stringify(result)).digest('hex');
    if (last !== null && last.fingerprint !== fingerprint) log.info('credentials have changed');
    last = { value: result, fingerprint };
    told = null;
    return last;
  };
}

/** Of the text itself or of the file that holds it; `key` is what the configuration calls the file. */
export function textOf(source: string | Secret | CredentialFile, key: string): string | { readonly problem: string } {
  if (typeof source === 'string') return source;
  if (source instanceof Secret) return source.reveal();
  const read = readCredentialFile(source);
  return 'problem' in read ? { problem: `${key}: ${read.problem}` } : read.text;
}
