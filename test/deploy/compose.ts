import { cpSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { temporaryFolder } from '../support/process/processes.ts';

// biome-ignore lint/suspicious/noExplicitAny: that it has the shape of a compose file is what the tests are about.
type Services = Readonly<Record<string, any>>;

/** A compose file and what its services see of each other and of this project. */
function readCompose(folder: string) {
  const file = parse(readFileSync(join(folder, 'compose.yml'), 'utf8'), { merge: true });
  const services: Services = Object.fromEntries(
    Object.entries<Services[string]>(file.services).map(([name, { extends: base, ...service }]) => {
      if (base === undefined) return [name, service];
      return [name, parse(readFileSync(join(folder, base.file), 'utf8')).services[base.service]];
    }),
  );
  return {
    folder,
    file,
    services,
    /** A folder that holds what the service's container sees of this project. */
    mounted({ volumes }: { volumes: string[] }): string {
      const container = temporaryFolder();
      for (const volume of volumes) {
        const [source = '', target = ''] = volume.split(':');
        if (Object.hasOwn(file.volumes, source)) continue;
        mkdirSync(dirname(join(container, target)), { recursive: true });
        cpSync(join(folder, source), join(container, target), {
          recursive: statSync(join(folder, source)).isDirectory(),
        });
      }
      return container;
    },
    /** As other services of the file reach this one, by its last port. */
    addressOf: (service: string): string => `${service}:${services[service].ports.at(-1).split(':').at(-1)}`,
  };
}

const root = join(import.meta.dirname, '..', '..', 'deploy', 'compose');
export const demo = readCompose(root);
export const replicas = readCompose(join(root, 'replicas'));

export function argument({ command }: { command: string[] }, flag: string): string {
  return command.find((word) => word.startsWith(`${flag}=`))?.slice(flag.length + 1) ?? '';
}
