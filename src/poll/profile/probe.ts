import type { Profile } from '../../model/profile.ts';
import type { ListQuery, Page } from '../../secmaster/api/secmaster.ts';
export async function probe(_ask: (query: ListQuery) => Promise<Page>, _nowMs: number, _before?: Profile): Promise<Profile> { return {}; }
export function isDue(_profile: Profile, _nowMs: number) { return false; }
export function merge(before: Profile, found: Profile, _nowMs: number): Profile { return { ...before, ...found }; }
