import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'rolldown';

/** Writes `licenses.txt`: the licences of all packages whose code is in the bundle, which require that their texts go with it. */
export const licenses: Plugin = {
  name: 'licenses',
  generateBundle(_, output) {
    const modules = Object.values(output).flatMap((file) => (file.type === 'chunk' ? Object.keys(file.modules) : []));
    const folders = new Set(modules.flatMap((id) => packageFolder(id) ?? []));
    const texts = [...folders].map(licenseOf).sort();
    this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: texts.join(`\n${'-'.repeat(80)}\n\n`) });
  },
};

/** The folder of the package that has the file; null: it is ours. */
export function packageFolder(file: string): string | null {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? null;
}

/** @throws if the package has no licence's text */
export function licenseOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((one) => /^licen[cs]e(\.\w+)?$/i.test(one));
  const text = file === undefined ? inReadme(folder) : readFileSync(join(folder, file), 'utf8');
  if (text === undefined) throw new Error(`${name} is bundled, but its package has no text of its licence`);
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}

/** Some packages have it only there. */
function inReadme(folder: string): string | undefined {
  return /^#+ licen[cs]e$(?<text>.*)/ims.exec(readFileSync(join(folder, 'README.md'), 'utf8'))?.groups?.text;
}
