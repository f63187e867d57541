import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { defaultAccessKey, defaultProject } from '../../src/simulator/defaults.ts';

/** The workspaces of a bench. */
export function workspaceIds(workspaces: number): string[] {
  return Array.from({ length: workspaces }, (_, i) => `5ec3a57e-0000-4000-8000-${String(i).padStart(12, '0')}`);
}

export interface Site {
  /** Of the simulated SecMaster. */
  readonly url: string;
  readonly workspaces: number;
  /** The folder for configuration and ledger. */
  readonly folder: string;
  /** Cron with seconds. */
  readonly schedule: string;
  /** The section `state`; by default a ledger in the folder. */
  readonly state?: object;
  /** Settings of the section `metrics`. */
  readonly metrics?: object;
}

export const ledgerOf = (folder: string) => join(folder, 'ledger.db');

/** Writes the configuration of an exporter and gives its path. As few requests are held back as can be. */
export function writeConfig({
  url,
  workspaces,
  folder,
  schedule,
  state = { path: ledgerOf(folder) },
  metrics = {},
}: Site): string {
  const path = join(folder, 'config.yml');
  const config = {
    poll: { schedule, rate_limit: 200 },
    state,
    metrics,
    workspaces: workspaceIds(workspaces).map((id, i) => ({
      name: `soc-${i}`,
      region: defaultProject.name,
      project_id: defaultProject.id,
      workspace_id: id,
      endpoint: url,
      iam_endpoint: url,
      credentials: { ak_sk: { ak: defaultAccessKey.ak, sk: defaultAccessKey.sk } },
    })),
  };
  writeFileSync(path, stringify(config));
  return path;
}
