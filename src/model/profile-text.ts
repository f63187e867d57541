import type { Profile } from './profile.ts';

/** A profile for people: a line for each finding. */
export function profileLines(profile: Profile): readonly string[] {
  return Object.entries(profile).map(([name, { value, how }]) => {
    const text = typeof value === 'object' ? JSON.stringify(value) : value;
    return `${name}: ${text} (${how})`;
  });
}
