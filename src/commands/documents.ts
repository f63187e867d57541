import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Logger } from '../log.ts';
import { packageFolder } from '../package-json.ts';

const folder = new URL('docs/', packageFolder);

/** The Markdown files of this version by their path in `docs`, sorted. */
export function readDocuments(log: Logger): ReadonlyMap<string, string> {
  if (!existsSync(folder)) {
    log.warn(
      { folder: folder.pathname },
      'no page shows a runbook because the folder docs is missing; install it beside dist',
    );
    return new Map();
  }
  const files = readdirSync(folder, { encoding: 'utf8', recursive: true }).filter((file) => file.endsWith('.md'));
  return new Map(files.sort().map((file) => [file, readFileSync(new URL(file, folder), 'utf8')]));
}
