import { type Behaviours, type Finding, isExpired, type Profile } from '../../model/profile.ts';

/** What was found wins; of what was known before, what has expired is forgotten. */
export function merge(before: Profile, found: Profile, nowMs: number): Profile {
  return { ...believed(before, nowMs), ...found };
}

/** What every poll goes by; a page's length and the deepest page are known only of lists that are long enough. */
const needed = ['offset', 'order', 'count', 'dates', 'idFilter', 'statusFilter'] as const;

/** Whether to find out how SecMaster behaves: something is unknown, or has expired. */
export function isDue(profile: Profile, nowMs: number): boolean {
  const findings = Object.values(profile);
  return needed.some((name) => profile[name] === undefined) || findings.some((finding) => isExpired(finding, nowMs));
}

/** The profile after an answer that showed something else than it says. */
export function contradicted<Name extends keyof Behaviours>(
  profile: Profile,
  name: Name,
  value: Behaviours[Name],
  how: string,
  nowMs: number,
): Profile {
  const finding: Finding<Behaviours[Name]> = { value, how, learnedMs: nowMs };
  return { ...profile, [name]: finding };
}

function believed(profile: Profile, nowMs: number): Profile {
  return Object.fromEntries(Object.entries(profile).filter(([, finding]) => !isExpired(finding, nowMs)));
}
