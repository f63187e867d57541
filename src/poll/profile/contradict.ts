import type { Behaviours } from '../../model/profile.ts';
import { profileOf, type Session } from '../session.ts';
import { contradicted } from './learn.ts';

/** Keeps what an answer has shown by itself, against what was found before. */
export async function contradict<Name extends keyof Behaviours>(
  session: Session,
  name: Name,
  value: Behaviours[Name],
  how: string,
): Promise<void> {
  const { ledger, secmaster, log } = session;
  const profile = profileOf(session);
  if (profile[name]?.value === value) return;
  log.debug({ name, value, how }, 'SecMaster behaves otherwise than it did');
  await ledger.commit({ kind: 'profile_learned', profile: contradicted(profile, name, value, how, secmaster.now()) });
}
