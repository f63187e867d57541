import { createSecretFinder, isTelling, type SecretFinder } from './secret-finder.ts';
import { maxLabelLength } from './text.ts';

/**
 * The secrets of this process, against which whatever comes from outside and whatever is logged is held. They are known to all of it: who
 * writes a line or reads a row can't know which secrets another part uses.
 */

/** Tokens are renewed for as long as the process runs. */
const maxKnown = 1_000;

/** What is shown instead, by secret, the latest last. */
const known = new Map<string, string>();
let finder: SecretFinder = createSecretFinder();
/** Names come again and again. */
const scrubbed = new Map<string, string>();
const maxScrubbed = 5_000;

export function keepSecret(secret: string): void {
  keep(secret, '<secret>');
}

export function keepKeyId(id: string): void {
  // A secret that is used as an id stays one.
  if (known.get(id) !== '<secret>') keep(id, shownKeyId(id));
}

/** All that is shown of the id of an access key. */
export function shownKeyId(id: string): string {
  return id.length <= 4 ? id : `${id.slice(0, 4)}…`;
}

/** The text without secrets, in whatever form they stand in it. */
export function scrub(text: string): string {
  if (text.length > maxLabelLength) return finder.scrub(text);
  const before = scrubbed.get(text);
  if (before !== undefined) return before;
  const result = finder.scrub(text);
  if (scrubbed.size >= maxScrubbed) scrubbed.clear();
  scrubbed.set(text, result);
  return result;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function holdsSecret(id: string): boolean {
  return !uuid.test(id) && finder.isFoundIn(id);
}

function keep(secret: string, shown: string): void {
  if (!isTelling(secret)) return;
  const isNew = known.get(secret) !== shown;
  known.delete(secret);
  known.set(secret, shown);
  if (!isNew) return;
  scrubbed.clear();
  if (known.size <= maxKnown) finder.add(secret, shown);
  else forgetOldest();
}

function forgetOldest(): void {
  for (const oldest of [...known.keys()].slice(0, maxKnown / 2)) known.delete(oldest);
  finder = createSecretFinder();
  for (const [one, instead] of known) finder.add(one, instead);
}
