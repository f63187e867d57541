import { isExpired, type Profile } from '../../model/profile.ts';

const tried = ['offset', 'order', 'count', 'dates', 'idFilter', 'statusFilter'] as const;

/** Whether something is unknown or has expired. */
export function isDue(profile: Profile, nowMs: number): boolean {
  return tried.some((name) => {
    const finding = profile[name];
    return finding === undefined || isExpired(finding, nowMs);
  });
}

/** What was found now, and what is still believed of what was known before. */
export function merge(before: Profile, found: Profile, nowMs: number): Profile {
  const believed = Object.entries(before).filter(([, finding]) => !isExpired(finding, nowMs));
  return { ...Object.fromEntries(believed), ...found };
}
