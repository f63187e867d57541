import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultAccessKey, defaultProject, defaultWorkspace } from '../../../src/simulator/defaults.ts';
import { sampleValue } from '../metrics/exposition.ts';
import { eventually, portOf, type Running, startExporter } from './processes.ts';
import type { Simulated } from './simulated.ts';

/** An exporter in a process of its own that serves on a free port. */
export interface Served {
  readonly running: Running;
  readonly port: number;
  get(path: string): Promise<string>;
}

export async function serve(args: readonly string[], environment: Record<string, string> = {}): Promise<Served> {
  const running = startExporter(['serve', '--web.listen-address=127.0.0.1:0', ...args], environment);
  const port = await portOf(running);
  return { running, port, get: async (path) => (await fetch(`http://127.0.0.1:${port}${path}`)).text() };
}

/** The exposition after two more polls that succeeded with the window complete: the second began after the call. */
export async function polledAgain({ get, running }: Served, withinMs?: number): Promise<string> {
  const polls = async () => sampleValue(await get('/metrics'), 'secmaster_exporter_polls_total') ?? 0;
  const wanted = (await polls()) + 2;
  const find = async () => {
    const text = await get('/metrics');
    const isDone =
      (sampleValue(text, 'secmaster_exporter_polls_total') ?? 0) >= wanted &&
      sampleValue(text, 'secmaster_up') === 1 &&
      sampleValue(text, 'secmaster_exporter_window_complete') === 1;
    return isDone ? text : undefined;
  };
  return eventually(find, 'two more polls', running, withinMs);
}

/** The exposition once polls fail because of the ledger. */
export function refusedByLedger({ get, running }: Served): Promise<string> {
  const find = async () => {
    const text = await get('/metrics');
    return sampleValue(text, 'secmaster_exporter_poll_failures_total', { reason: 'ledger' }) ? text : undefined;
  };
  return eventually(find, 'a poll that fails because of the ledger', running);
}

/** A configuration file that points at a simulator, polls each second, and keeps its ledger in the folder. */
export function writeConfig(simulated: Simulated, folder: string): string {
  const file = join(folder, 'config.yml');
  writeFileSync(
    file,
    `
poll: { schedule: "* * * * * *", lookback: 2h, rate_limit: 200 }
state: { path: ${join(folder, 'ledger', 'secmaster.db')} }
metrics: { new_series_hold: 0s }
workspaces:
  - name: prod
    region: ${defaultProject.name}
    project_id: "${defaultProject.id}"
    workspace_id: ${defaultWorkspace.id}
    endpoint: ${simulated.url}
    iam_endpoint: ${simulated.url}
    credentials: { ak_sk: { ak: ${defaultAccessKey.ak}, sk: ${defaultAccessKey.sk} } }
`,
  );
  return file;
}
