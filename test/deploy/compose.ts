import { cpSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { temporaryFolder } from '../support/process/processes.ts';

export const composeFolder = join(import.meta.dirname, '..', '..', 'deploy', 'compose');
export const compose = parse(readFileSync(join(composeFolder, 'compose.yml'), 'utf8'));

/** A folder that holds what the service's container sees of this project. */
export function mounted({ volumes }: { volumes: string[] }): string {
  const container = temporaryFolder();
  for (const volume of volumes) {
    const [source = '', target = ''] = volume.split(':');
    if (Object.hasOwn(compose.volumes, source)) continue;
    mkdirSync(dirname(join(container, target)), { recursive: true });
    cpSync(join(composeFolder, source), join(container, target), {
      recursive: statSync(join(composeFolder, source)).isDirectory(),
    });
  }
  return container;
}

export function argument({ command }: { command: string[] }, flag: string): string {
  return command.find((word) => word.startsWith(`${flag}=`))?.slice(flag.length + 1) ?? '';
}

/** As other services of the file reach it. */
export function addressOf(service: string): string {
  return `${service}:${compose.services[service].ports[0].split(':').at(-1)}`;
}
