import { createHmac, randomBytes } from 'node:crypto';
import type { Secret } from '../model/secret.ts';
import type { Compare } from './bcrypt.ts';

/** Whether an `Authorization` header belongs to one of the users. Rejects like `Compare`. */
export type Authenticate = (header: string | undefined, users: ReadonlyMap<string, Secret>) => Promise<boolean>;

const maxRemembered = 100;

/**
 * Remembers correct passwords, so that only the first scrape pays for bcrypt. It keeps an HMAC with a random key; the HMAC includes the
 * hash, and whether the user is known, so a changed hash or a removed user takes effect at once. An unknown user takes as long as a known one.
 */
export function createAuthenticate(compare: Compare): Authenticate {
  const key = randomBytes(32);
  // Includes running comparisons: many first scrapes at once cost one.
  const verdicts = new Map<string, Promise<boolean>>();

  return async (header, users) => {
    const given = credentialsOf(header);
    const [someHash] = users.values();
    if (given === null || someHash === undefined) return false;
    const known = users.get(given.user);
    const hash = (known ?? someHash).reveal();
    const digest = createHmac('sha256', key)
      .update(JSON.stringify([given.user, given.password, hash, known !== undefined]))
      .digest('base64');
    let verdict = verdicts.get(digest);
    if (verdict === undefined) {
      verdict = compare(given.password, hash).then((isRight) => isRight && known !== undefined);
      const forget = () => verdicts.delete(digest);
      verdict.then((isRight) => isRight || forget(), forget);
      verdicts.set(digest, verdict);
      if (verdicts.size > maxRemembered) verdicts.delete(verdicts.keys().next().value ?? '');
    }
    return verdict;
  };
}

function credentialsOf(header = ''): { user: string; password: string } | null {
  const encoded = /^basic +([A-Za-z0-9+/_-]+=*) *$/i.exec(header)?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon === -1 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
