import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BundledPackage } from './packages.ts';

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
}

interface Dependency {
  readonly ref: string;
  readonly dependsOn: readonly string[];
}

export interface Sbom {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly Dependency[];
}

/** The bill of materials of all packages of package-lock.json, as npm writes it (CycloneDX). */
export function sbomOfAll(root: string): Sbom {
  const args = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx'];
  const all = JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 }));
  // npm calls the project by its folder's name.
  const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return { ...all, metadata: { ...all.metadata, component: { ...all.metadata.component, name } } };
}

/** The bill of what runs: all that is in the bundle, and nothing that only builds or tests it. */
export function sbomOf(all: Sbom, packages: readonly BundledPackage[]): Sbom {
  const refs = new Set(packages.map(({ name, version }) => `${name}@${version}`));
  const components = all.components
    .filter((one) => refs.has(one['bom-ref']))
    // npm has them as packages for development.
    .map((one) => ({ ...one, scope: 'required', properties: [] }));
  const unknown = refs.difference(new Set(components.map((one) => one['bom-ref'])));
  if (unknown.size > 0) throw new Error(`package-lock.json does not have what is bundled: ${[...unknown].join(', ')}`);
  const { component } = all.metadata;
  const dependencies = all.dependencies
    .filter(({ ref }) => refs.has(ref) || ref === component['bom-ref'])
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) }));
  return { ...all, components, dependencies };
}
