import { readFileSync } from 'node:fs';

/** package.json, which is beside both `src` and `dist`. */
const self = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

export const version: string = self.version;
