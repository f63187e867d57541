import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Minutes from cause to page by alert, as the table of docs/alerts.md has them. */
export function documentedDelays(): Map<string, number> {
  const text = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'alerts.md'), 'utf8');
  const rows = text.matchAll(/^\| \[(\w+)\]\(runbooks.*\| (\d+) min \|$/gm);
  return new Map([...rows].map(([, alert = '', minutes = '']) => [alert, Number(minutes)]));
}
