import type { Clock } from '../clock.ts';
import { forgottenList, listedChange, replacedChange } from '../ledger/listed-playbooks.ts';
import { maxPlaybookRequests, type PlaybookList } from '../secmaster/api/secmaster.ts';
import { messageOf, reasonOf } from './failure.ts';
import type { Session } from './session.ts';

/** How often the list of playbooks is read. */
const everyMs = 5 * 60_000;
/** How long reading pauses where it is refused, or unknown to SecMaster. */
const refusedMs = 3_600_000;
/** A list that could not be read for longer is no longer shown, and a playbook that only incomplete lists leave out is gone. */
const forgetMs = 6 * 3_600_000;
/** A poll waits so long for what it has asked for; what comes later is left to the next one. */
const graceMs = 1_000;

/** Requests for the list in one poll, at the most. */
export const maxListingRequests = maxPlaybookRequests;

const permission = 'secmaster:playbook:list';
const refused = 'playbooks cannot be listed without this permission; secmaster_playbook_enabled is missing';
const failed = 'playbooks could not be listed';
const unexpected = 'unexpected list of playbooks';

/** Reads SecMaster's list of playbooks beside a poll, which neither waits for it for long nor fails with it. */
export interface PlaybookLists {
  /**
   * Begins to read the list if that is due.
   *
   * @returns whether it is being read
   * @throws {LedgerError}
   */
  begin(session: Session): Promise<boolean>;
  /**
   * Commits the list if it has been read, or is soon.
   *
   * @throws {LedgerError}
   */
  end(session: Session, hasTimeLeft: () => boolean): Promise<void>;
  /** The next poll reads it, whatever the last answer was. */
  retry(): void;
}

type Outcome = { readonly list: PlaybookList } | { readonly error: unknown };

interface Reading {
  readonly promise: Promise<Outcome>;
  outcome: Outcome | null;
}

export function createPlaybookLists({ elapsedMs, sleep }: Pick<Clock, 'elapsedMs' | 'sleep'>): PlaybookLists {
  /** When to read it again, by the clock that nobody sets; null: as the ledger says. */
  let dueMs: number | null = null;
  let reading: Reading | null = null;
  /** The last complete list, or the first try. */
  let completeMs: number | null = null;
  let told: string | null = null;

  function read({ secmaster, workspaceId, signal }: Session): Reading {
    const promise = secmaster.listPlaybooks(workspaceId, signal).then(
      (list): Outcome => ({ list }),
      (error: unknown): Outcome => ({ error }),
    );
    const begun: Reading = { promise, outcome: null };
    void promise.then((outcome) => {
      begun.outcome = outcome;
    });
    return begun;
  }

  async function wait({ promise }: Reading): Promise<void> {
    const waiting = new AbortController();
    await Promise.race([promise, sleep(graceMs, waiting.signal).catch(() => {})]);
    waiting.abort();
  }

  function tell({ log }: Session, text: string | null, say: (text: string) => void): void {
    if (text !== null && text !== told) say(text);
    if (text === null && told !== null) log.info('playbooks can be listed again');
    told = text;
  }

  async function take(session: Session, { playbooks, unreadable, isComplete, problem }: PlaybookList): Promise<void> {
    const { ledger, secmaster, maxPlaybooks, isExcluded = null, log } = session;
    dueMs = elapsedMs() + everyMs;
    if (isComplete || completeMs === null) completeMs = elapsedMs();
    const isMerged = !isComplete && elapsedMs() - completeMs < forgetMs;
    const limits = { nowMs: secmaster.now(), maxPlaybooks, isExcluded, isMerged };
    await ledger.commit(listedChange(ledger.state, playbooks, limits));
    const text = isComplete && unreadable === 0 ? null : `${problem} ${unreadable > 0}`;
    tell(session, text, () => log.warn({ playbooks: playbooks.length, unreadable, isComplete, problem }, unexpected));
  }

  function giveUp(session: Session, error: unknown): void {
    const reason = reasonOf(error);
    if (reason === 'aborted') return;
    const isRefused = reason === 'forbidden' || reason === 'not_found';
    const pauseMs = isRefused ? refusedMs : everyMs;
    dueMs = elapsedMs() + pauseMs;
    const fields = { reason, error: messageOf(error), retryInSeconds: pauseMs / 1_000 };
    tell(session, fields.error, () =>
      isRefused ? session.log.warn({ permission, ...fields }, refused) : session.log.warn(fields, failed),
    );
  }

  return {
    async begin(session) {
      const { ledger, secmaster, maxPlaybooks, isExcluded = null } = session;
      const { listedMs } = ledger.state;
      const nowMs = secmaster.now();
      const isOld = listedMs !== null && nowMs - listedMs >= forgetMs;
      const change = isOld ? forgottenList : replacedChange(ledger.state, { nowMs, maxPlaybooks, isExcluded });
      if (change !== null) await ledger.commit(change);
      dueMs ??= elapsedMs() + leftMs(ledger.state.listedMs, nowMs);
      if (reading === null && elapsedMs() >= dueMs) reading = read(session);
      return reading !== null;
    },
    async end(session, hasTimeLeft) {
      if (reading === null) return;
      if (reading.outcome === null && hasTimeLeft()) await wait(reading);
      const { outcome } = reading;
      if (outcome === null) return;
      reading = null;
      if ('list' in outcome) await take(session, outcome.list);
      else giveUp(session, outcome.error);
    },
    retry() {
      dueMs = Number.NEGATIVE_INFINITY;
    },
  };
}

/** How long the list in the ledger, whichever process has read it, is good enough; not at all if it is from a time far ahead. */
function leftMs(listedMs: number | null, nowMs: number): number {
  const ageMs = nowMs - (listedMs ?? Number.NEGATIVE_INFINITY);
  return Math.abs(ageMs) < everyMs ? everyMs - Math.max(ageMs, 0) : 0;
}
