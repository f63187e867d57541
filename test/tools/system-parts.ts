import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program that npm does not bring, and the Debian package that has it. */
export interface SystemPart {
  readonly program: string;
  readonly debianPackage: string;
}

const part = (program: string, debianPackage = program): SystemPart => ({ program, debianPackage });

/** What each lane needs from the system; the other lanes need nothing. */
export const systemParts: Readonly<Record<'system', readonly SystemPart[]>> = {
  system: [
    part('prometheus'),
    part('promtool', 'prometheus'),
    part('prometheus-alertmanager'),
    part('amtool', 'prometheus-alertmanager'),
    part('chromium'),
    part('podman'),
    part('runc'),
    part('systemd-analyze', 'systemd'),
    part('faketime'),
    part('bash'),
    part('mkfifo', 'coreutils'),
  ],
};

export function isInstalled(program: string, path = process.env.PATH ?? ''): boolean {
  return path.split(delimiter).some((folder) => existsSync(join(folder, program)));
}

/** The packages to install, each once. */
export function missingPackages(parts: readonly SystemPart[], has: (program: string) => boolean): string[] {
  return [...new Set(parts.filter(({ program }) => !has(program)).map(({ debianPackage }) => debianPackage))];
}
