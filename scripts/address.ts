/**
 * Writes what follows from where this project lives, wherever it is needed:
 *
 *     npm pkg set repository=https://github.com/OWNER/NAME && npm run address
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProjectAddress } from './project-address.ts';
import { settings } from './settings.ts';

/** `bugs` and `homepage` of package.json. */
function packageJson(text: string, address: ProjectAddress | null): string {
  const { homepage, bugs, ...rest } = JSON.parse(text);
  // In the order of npm's own documentation, before the licence.
  const entries = Object.entries(rest);
  const place = entries.findIndex(([key]) => key === 'license');
  if (address !== null) entries.splice(place, 0, ['homepage', address.homepage], ['bugs', address.bugs]);
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}

/** The label that tells where an image's source is. */
function dockerfile(text: string, address: ProjectAddress | null): string {
  const source = address && ` \\\n      org.opencontainers.image.source="${address.page}"`;
  return text
    .replace(/ \\\n {6}org\.opencontainers\.image\.source="[^"]*"/, '')
    .replace(/(org\.opencontainers\.image\.revision="[^"]*")/, `$1${source ?? ''}`);
}

/** The image that Kubernetes pulls. */
function kustomization(text: string, address: ProjectAddress | null): string {
  const newName = address && `    newName: ${address.image}\n`;
  return text.replace(/( {2}- name: secmaster-exporter\n)(?: {4}newName: .*\n)?( {4}newTag)/, `$1${newName ?? ''}$2`);
}

/** How each file looks with this address, by its path in the project. Those that `npm run alerts` writes are its own. */
export const addressed: Readonly<Record<string, (text: string, address: ProjectAddress | null) => string>> = {
  'package.json': packageJson,
  Dockerfile: dockerfile,
  'deploy/kubernetes/exporter/kustomization.yaml': kustomization,
  'deploy/kubernetes/replicas/exporter/kustomization.yaml': kustomization,
};

if (import.meta.main) {
  const { address } = settings();
  for (const [path, edit] of Object.entries(addressed)) {
    const file = join(import.meta.dirname, '..', path);
    writeFileSync(file, edit(readFileSync(file, 'utf8'), address));
  }
}
