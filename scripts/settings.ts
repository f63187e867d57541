import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ProjectAddress, projectAddress } from './project-address.ts';

/** What package.json says of the world outside this project. Until it says so, nothing stands in its place. */
export interface Settings {
  /** Where this project lives: `npm pkg set repository=…`. */
  readonly address: ProjectAddress | null;
  /** The URL of your Grafana: `npm pkg set config.dashboards=…`. Without it, alerts have no link to a dashboard. */
  readonly grafana: string | null;
}

interface Package {
  readonly version: string;
  readonly repository?: string;
  readonly config?: { readonly dashboards?: string };
}

export function settings(): Settings {
  const file = join(import.meta.dirname, '..', 'package.json');
  const { version, repository, config } = JSON.parse(readFileSync(file, 'utf8')) as Package;
  return {
    address: repository === undefined ? null : projectAddress(repository, version),
    grafana: config?.dashboards ?? null,
  };
}
