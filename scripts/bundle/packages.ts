import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package whose code is in the bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** As package.json has it, such as `MIT`. */
  readonly license: string;
  /** The text of the licence, which requires that it goes with the code. */
  readonly text: string;
}

/** @param files that the bundle consists of @returns sorted by name */
export function packagesOf(files: readonly string[]): BundledPackage[] {
  const folders = new Set(files.flatMap((file) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []));
  return [...folders].map(readPackage).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readPackage(folder: string): BundledPackage {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((one) => /^licen[cs]e(\.\w+)?$/i.test(one));
  const text = file === undefined ? inReadme(folder) : readFileSync(join(folder, file), 'utf8');
  if (text === undefined) throw new Error(`${name} is bundled, but its package has no text of its licence`);
  return { name, version, license, text: text.trim() };
}

/** Some packages have it only there. */
function inReadme(folder: string): string | undefined {
  return /^#+ licen[cs]e$(?<text>.*)/ims.exec(readFileSync(join(folder, 'README.md'), 'utf8'))?.groups?.text;
}

/** The licences one after the other. */
export function licensesOf(packages: readonly BundledPackage[]): string {
  return packages
    .map(({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`);
}
