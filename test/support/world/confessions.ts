import { gapGivenUp } from '../../../src/poll/sweep-log.ts';

/** What an exporter says of itself after a poll. */
interface Heard {
  readonly atMs: number;
  readonly isComplete: boolean;
}

/** Lines that say what went wrong with a poll or a row, and not that instances may be missing. */
const excuses = ['poll failed', 'row rejected'];

export interface Confessions {
  hear(poll: Heard, warnings: readonly { readonly msg: string }[]): void;
  /** Whether something is said to be missing now, was for so long that it has left the window unread, or is said to be given up. */
  areEnough(): boolean;
}

/** Listens whether the window is said to be incomplete, and why. A window alone that is incomplete may just be on its way. */
export function createConfessions(longMs: number): Confessions {
  let hasSaidWhy = false;
  let sinceMs: number | null = null;
  let hasLasted = false;
  let hasGivenUp = false;
  return {
    hear({ atMs, isComplete }, warnings) {
      hasSaidWhy ||= warnings.some(({ msg }) => !excuses.includes(msg));
      hasGivenUp ||= warnings.some(({ msg }) => msg === gapGivenUp);
      if (sinceMs !== null) hasLasted ||= atMs - sinceMs >= longMs;
      if (isComplete) {
        hasSaidWhy = false;
        sinceMs = null;
      } else if (hasSaidWhy) {
        sinceMs ??= atMs;
      }
    },
    areEnough: () => sinceMs !== null || hasLasted || hasGivenUp,
  };
}
