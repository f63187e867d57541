import { existsSync, globSync } from 'node:fs';
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
    part('curl'),
    part('grep'),
    part('mkfifo', 'coreutils'),
    part('initdb', 'postgresql'),
    part('postgres', 'postgresql'),
    part('pg_basebackup', 'postgresql-client'),
    part('pg_dump', 'postgresql-client'),
    part('pg_restore', 'postgresql-client'),
    part('psql', 'postgresql-client'),
    part('pgbouncer'),
  ],
};

/** Where programs are: PATH, and where Debian puts those that are for the system or that have several versions, the newest first. */
export function programFolders(path = process.env.PATH ?? ''): string[] {
  const versions = globSync('/usr/lib/postgresql/*/bin').sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  return [...path.split(delimiter), '/usr/sbin', ...versions];
}

export function isInstalled(program: string, folders: readonly string[] = programFolders()): boolean {
  return folders.some((folder) => existsSync(join(folder, program)));
}

/** The path of a program, also of one that is not on PATH. */
export function programFile(program: string): string {
  const folder = programFolders().find((one) => existsSync(join(one, program)));
  if (folder === undefined)
    throw new Error(`${program} is not installed; node test/tools/install.ts system installs it`);
  return join(folder, program);
}

/** The packages to install, each once. */
export function missingPackages(parts: readonly SystemPart[], has: (program: string) => boolean): string[] {
  return [...new Set(parts.filter(({ program }) => !has(program)).map(({ debianPackage }) => debianPackage))];
}
