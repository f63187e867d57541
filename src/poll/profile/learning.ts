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
      const { page } = profileOf(session);
      if (page !== undefined && session.pageLength.fullRows === null) adopt(session.pageLength, page.value);
      if (isDue(profileOf(session), session.secmaster.now()) && rest.isOver())
        await tryOut(session, profileOf(session));
    },
    async learnAnew(session) {
      if (!restAnew.isOver()) return false;
      restAnew.begin();
      await tryOut(session, {});
      return true;
    },
  };
}

function adopt(length: PageLength, { rows, limit }: Behaviours['page']): void {
  length.limit = limit;
  length.fullRows = rows;
}
