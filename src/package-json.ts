import { readFileSync } from 'node:fs';

/** What the program knows of itself, from package.json, which stands beside `src` and beside `dist` alike. */
const self = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

export const version: string = self.version;
/** The folder of the runbooks: the one setting of their place, see docs/alerts.md. */
export const runbooksUrl: string = self.config.runbooks;
