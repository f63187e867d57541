import { readFileSync } from 'node:fs';

/** package.json, which is beside both `src` and `dist`. */
const self = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

export const version: string = self.version;

/** The commit that this was built from. A checkout is not built, so there it is unknown. */
export const revision = builtFrom();

function builtFrom(): string {
  try {
    return (
      readFileSync(new URL('revision.txt', import.meta.url), 'utf8')
        .trim()
        .slice(0, 100) || 'unknown'
    );
  } catch {
    return 'unknown';
  }
}
