import { readFileSync } from 'node:fs';

/** The folder with package.json and docs: both `src` and `dist`, which has no folders, are in it. */
export const packageFolder = new URL('../', import.meta.url);

const self = JSON.parse(readFileSync(new URL('package.json', packageFolder), 'utf8'));

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
