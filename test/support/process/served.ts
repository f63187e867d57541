import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultAccessKey, defaultProject, defaultUser, defaultWorkspace } from '../../../src/simulator/defaults.ts';
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

/** How many polls in a row may find no instance and not be good. */
const maxVainPolls = 120;
/** The exporter says how far it is every ten seconds. */
const quietMs = 45_000;

const isWhole = (text: string) =>
  sampleValue(text, 'secmaster_up') === 1 && sampleValue(text, 'secmaster_exporter_window_complete') === 1;

/**
 * The exposition after two more polls, once the last one is good: it succeeded with the window complete, unless said otherwise. The
 * second poll began after the call, and both after `fromMs` of SecMaster's time. However long a poll takes on a loaded machine, and however
 * much there is to read: it fails after too many polls in vain, or when the exporter has not said anything for a while.
 */
export async function polledAgain({ get, running }: Served, fromMs = 0, isGood = isWhole): Promise<string> {
  const value = (text: string, name: string) => sampleValue(text, `secmaster_exporter_${name}`) ?? 0;
  let before = { polls: Number.NaN, instances: -1 };
  let first: number | null = null;
  let progress = '';
  let progressMs = Date.now();
  for (;;) {
    const text = await get('/metrics');
    const polls = value(text, 'polls_total');
    const instances = value(text, 'ledger_instances');
    if (instances > before.instances) before = { polls, instances };
    if (value(text, 'last_poll_timestamp_seconds') * 1000 >= fromMs) first ??= polls;
    if (first !== null && polls >= first + 2 && isGood(text)) return text;
    const vain = polls - before.polls;
    const now = `${vain} polls in vain, ${running.stderr().length} characters of log`;
    if (now !== progress) [progress, progressMs] = [now, Date.now()];
    if (vain > maxVainPolls || Date.now() - progressMs > quietMs)
      throw new Error(`no two good polls, after ${progress}\n${running.stderr()}`);
    await sleep(50);
  }
}

/** The exposition once polls fail because of the ledger. */
export function refusedByLedger({ get, running }: Served): Promise<string> {
  const find = async () => {
    const text = await get('/metrics');
    return sampleValue(text, 'secmaster_exporter_poll_failures_total', { reason: 'ledger' }) ? text : undefined;
  };
  return eventually(find, 'a poll that fails because of the ledger', running);
}

const accessKey = `{ ak_sk: { ak: ${defaultAccessKey.ak}, sk: ${defaultAccessKey.sk} } }`;

/** A token, unlike a signature, is good at any time: also after a turn of the clock by more than a quarter of an hour. */
export const byPassword = JSON.stringify({ password: defaultUser });

export interface ConfigOptions {
  readonly lookback?: string;
  /** In YAML. */
  readonly credentials?: string;
  readonly schedule?: string;
  readonly timezone?: string;
  readonly timeout?: string;
  /** In YAML; a file in the folder. */
  readonly state?: string;
}

/** A configuration file that points at a simulator, polls each second, and keeps its ledger in the folder. */
export function writeConfig(
  simulated: Simulated,
  folder: string,
  {
    lookback = '2h',
    credentials = accessKey,
    schedule = '* * * * * *',
    timezone = 'UTC',
    timeout = '10s',
    state = `{ path: ${join(folder, 'ledger', 'secmaster.db')} }`,
  }: ConfigOptions = {},
): string {
  const file = join(folder, 'config.yml');
  writeFileSync(
    file,
    `
poll: { schedule: "${schedule}", lookback: ${lookback}, rate_limit: 200, timezone: ${timezone}, timeout: ${timeout} }
state: ${state}
metrics: { new_series_hold: 0s }
workspaces:
  - name: prod
    region: ${defaultProject.name}
    project_id: "${defaultProject.id}"
    workspace_id: ${defaultWorkspace.id}
    endpoint: ${simulated.url}
    iam_endpoint: ${simulated.url}
    credentials: ${credentials}
`,
  );
  return file;
}
