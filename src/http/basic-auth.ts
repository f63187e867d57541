import { createHmac, randomBytes } from 'node:crypto';
import type { Secret } from '../model/secret.ts';
import type { Compare } from './bcrypt.ts';

/** Whether an `Authorization` header belongs to one of the users. Rejects like `Compare`. */
export type Authenticate = (
  header: string | undefined,
  users: ReadonlyMap<string, Secret>,
  client: string,
) => Promise<boolean>;

const maxRemembered = 100;

/**
 * Remembers correct passwords, so that only the first scrape pays for bcrypt. It keeps an HMAC with a random key; the HMAC includes the
 * hash, and whether the user is known, so a changed hash or a removed user takes effect at once. An unknown user takes as long as a known one.
 */
export function createAuthenticate(compare: Compare): Authenticate {
  const key = randomBytes(32);
  const right = new Set<string>();
  /** Many first scrapes at once cost one comparison, and many times the same wrong password too. */
  const running = new Map<string, Promise<boolean>>();

  return async (header, users, client) => {
    const given = credentialsOf(header);
    const [someHash] = users.values();
    if (given === null || someHash === undefined) return false;
    const known = users.get(given.user);
    const hash = (known ?? someHash).reveal();
    const digest = createHmac('sha256', key)
      .update(JSON.stringify([given.user, given.password, hash, known !== undefined]))
      .digest('base64');
    if (right.has(digest)) return true;
    // Another client's guess may be far back in a queue.
    const place = `${client} ${digest}`;
    const verdict = running.get(place) ?? compare(given.password, hash, client).finally(() => running.delete(place));
    running.set(place, verdict);
    const isRight = (await verdict) && known !== undefined;
    if (isRight) remember(digest);
    return isRight;
  };

  function remember(digest: string): void {
    right.add(digest);
    const [oldest] = right;
    if (right.size > maxRemembered && oldest !== undefined) right.delete(oldest);
  }
}

function credentialsOf(header = ''): { user: string; password: string } | null {
  const encoded = /^basic +([A-Za-z0-9+/_-]+=*) *$/i.exec(header)?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon === -1 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
