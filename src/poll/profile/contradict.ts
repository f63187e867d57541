import type { Behaviours } from '../../model/profile.ts';
import { profileOf, type Session } from '../session.ts';

/** Keeps what an answer has shown by itself, against what was found before. */
export async function contradict<Name extends keyof Behaviours>(
  session: Session,
  name: Name,
  value: Behaviours[Name],
  how: string,
): Promise<void> {
  const { ledger, secmaster, log } = session;
  if (profileOf(session)[name]?.value === value) return;
  log.debug({ name, value, how }, 'SecMaster behaves otherwise than assumed');
  const finding = { value, learnedMs: secmaster.now(), how };
  await ledger.commit({ kind: 'profile_learned', profile: { ...profileOf(session), [name]: finding } });
}
