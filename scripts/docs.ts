/** Writes the parts of the documentation that are generated from the code: `npm run docs`. A test compares them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationSection } from './configuration-section.ts';
import { dashboardsSection } from './dashboards-section.ts';
import { familiesSection } from './families-section.ts';
import { replaceSection } from './sections.ts';

const root = join(import.meta.dirname, '..');

const sections: readonly { readonly file: string; readonly name: string; readonly content: () => string }[] = [
  { file: 'docs/configuration.md', name: 'keys', content: configurationSection },
  { file: 'docs/metrics.md', name: 'families', content: familiesSection },
  { file: 'docs/dashboards.md', name: 'panels', content: dashboardsSection },
];

/** The expected text of each file, by its path in the project. */
export function writtenDocs(): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { file, name, content } of sections) {
    const text = texts.get(file) ?? readFileSync(join(root, file), 'utf8');
    texts.set(file, replaceSection(text, name, content()));
  }
  return texts;
}

if (import.meta.main) {
  for (const [file, text] of writtenDocs()) writeFileSync(join(root, file), text);
}
