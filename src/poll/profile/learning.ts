import type { Behaviours, Profile } from '../../model/profile.ts';
import { profileLines } from '../../model/profile-text.ts';
import type { PageLength } from '../../secmaster/api/pager.ts';
import { createRest } from '../rest.ts';
import { profileOf, type Session } from '../session.ts';
import { isDue, merge } from './learn.ts';
import { probe } from './probe.ts';

/** Finds out how SecMaster behaves: at first, once a day, and when an answer contradicts what was found. */
export interface Learning {
  /** Tries what is due, unless that has been tried lately. */
  learn(session: Session): Promise<void>;
  /** After a refusal: tries everything again. @returns false if that has been tried lately */
  learnAnew(session: Session): Promise<boolean>;
}

/** How long what could not be found out is not tried again. */
const restMs = { firstMs: 5 * 60_000, maxMs: 3_600_000 };

/** @param elapsedMs the clock that nobody sets */
export function createLearning(elapsedMs: () => number): Learning {
  const rest = createRest(elapsedMs, restMs);
  const restAnew = createRest(elapsedMs, { firstMs: restMs.firstMs, maxMs: restMs.firstMs });
  /** Not before; null: as the ledger says. */
  let firstMs: number | null = null;
  let told = '';

  async function tryOut(session: Session, before: Profile): Promise<void> {
    const { secmaster, workspaceId, signal, ledger, pageLength, log } = session;
    rest.begin();
    const found = await probe((query) => secmaster.listInstances(workspaceId, query, signal), secmaster.now, before);
    const profile = merge(before, found, secmaster.now());
    if (found.page !== undefined) adopt(pageLength, found.page.value);
    await ledger.commit({ kind: 'profile_learned', profile });
    const lines = profileLines(profile);
    if (lines.join() !== told) log.info({ profile: lines }, 'how SecMaster behaves');
    told = lines.join();
    if (!isDue(profile, secmaster.now())) rest.end();
  }

  return {
    async learn(session) {
      const profile = profileOf(session);
      const nowMs = session.secmaster.now();
      if (profile.page !== undefined && session.pageLength.fullRows === null)
        adopt(session.pageLength, profile.page.value);
      firstMs ??= elapsedMs() + leftMs(profile, nowMs);
      if (isDue(profile, nowMs) && elapsedMs() >= firstMs && rest.isOver()) await tryOut(session, profile);
    },
    async learnAnew(session) {
      if (!restAnew.isOver()) return false;
      restAnew.begin();
      await tryOut(session, {});
      return true;
    },
  };
}

/** How long to wait where another process, or this one under an earlier lease, has just tried and found something. */
function leftMs(profile: Profile, nowMs: number): number {
  const newestMs = Math.max(...Object.values(profile).map(({ learnedMs }) => learnedMs));
  return Math.max(0, restMs.firstMs - Math.abs(nowMs - newestMs));
}

function adopt(length: PageLength, { rows, limit }: Behaviours['page']): void {
  length.limit = limit;
  length.fullRows = rows;
}
