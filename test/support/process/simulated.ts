import { join } from 'node:path';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';
import { defaultAccessKey, defaultProject, defaultUser, defaultWorkspace } from '../../../src/simulator/defaults.ts';
import type { HabitName } from '../../../src/simulator/habits.ts';
import type { Truth } from '../../../src/simulator/truth.ts';
import { sampleValue } from '../metrics/exposition.ts';
import { eventually, type Running, start } from './processes.ts';

/** A simulator in another process, and what tests ask of it. */
export interface Simulated {
  readonly url: string;
  readonly running: Running;
  /** Its clock stands still until the test advances it. @returns its time then */
  turn(ms: number): Promise<number>;
  /** Of the first workspace, unless another one is named. */
  truth(sinceMs: number, lookbackMs: number, workspaceId?: string): Promise<Truth>;
  /** The same at the time of an exposition: its exporter goes on by its own clock while the simulator's stands still. */
  truthOf(exposition: string, sinceMs: number, lookbackMs: number): Promise<Truth>;
  requests(): Promise<{ readonly total: number; readonly refused: number; readonly counts: Record<string, number> }>;
  addFault(rule: Record<string, unknown>): Promise<void>;
  clearFaults(): Promise<void>;
  /** From now on it behaves like this, and is friendly otherwise. */
  behave(behaviour: BehaviourChange): Promise<void>;
  /** Turns the clock by so much, and fills that time with runs of the first workspace, unless another one is named. */
  flood(runs: number, ms: number, workspaceId?: string): Promise<void>;
}

export interface SimulatedOptions {
  readonly seed?: number;
  readonly historyMs?: number;
  readonly runsPerMinute?: number;
  /** How far its clock is behind ours at first. */
  readonly behindMs?: number;
  /** `simulatedWorkspace(0)` and those after it; 1. */
  readonly workspaces?: number;
  /** Playbooks that run by these habits besides. */
  readonly habits?: 'all' | readonly HabitName[];
}

export async function startSimulator({
  seed = 1,
  historyMs = 0,
  runsPerMinute = 30,
  behindMs = 0,
  workspaces = 1,
  habits = [],
}: SimulatedOptions = {}): Promise<Simulated> {
  const file = join(import.meta.dirname, 'simulator-process.ts');
  const settings = [seed, historyMs, runsPerMinute, behindMs, workspaces, habits].map(String);
  const running = start(process.execPath, [file, ...settings]);
  const url = await eventually(() => /^http\S+/.exec(running.stdout())?.[0], 'simulating', running);
  const call = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${url}/_simulator/${path}`, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? null : response.json();
  };
  const send = (method: string, path: string, body: unknown) =>
    call(path, { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  const post = (path: string, body: unknown) => send('POST', path, body);
  const turn = async (ms: number) => ((await post('advance', { ms })) as { readonly now: number }).now;
  const truth = (sinceMs: number, lookbackMs: number, workspaceId = defaultWorkspace.id) =>
    call(`truth?workspace_id=${workspaceId}&since=${sinceMs}&lookback=${lookbackMs}`) as Promise<Truth>;
  return {
    url,
    running,
    turn,
    truth,
    async truthOf(exposition, sinceMs, lookbackMs) {
      const polledMs = (sampleValue(exposition, 'secmaster_exporter_last_poll_timestamp_seconds') ?? 0) * 1000;
      return truth(sinceMs, lookbackMs - Math.max(0, Math.round(polledMs - (await turn(0)))));
    },
    requests: () => call('requests?last=0') as ReturnType<Simulated['requests']>,
    clearFaults: async () => void (await call('faults', { method: 'DELETE' })),
    behave: async (behaviour) => void (await send('PUT', 'behaviour', behaviour)),
    flood: async (runs, ms, workspaceId = defaultWorkspace.id) =>
      void (await post('flood', { workspace_id: workspaceId, runs, ms })),
    addFault: async (rule) => void (await post('faults', rule)),
  };
}

/** The environment that points an exporter at a simulator, without credentials. */
export function environmentOf(url: string): Record<string, string> {
  return {
    HUAWEICLOUD_SDK_PROJECT_ID: defaultProject.id,
    SECMASTER_REGION: defaultProject.name,
    SECMASTER_WORKSPACE_ID: defaultWorkspace.id,
    SECMASTER_ENDPOINT: url,
    SECMASTER_IAM_ENDPOINT: url,
  };
}

export const accessKey = { HUAWEICLOUD_SDK_AK: defaultAccessKey.ak, HUAWEICLOUD_SDK_SK: defaultAccessKey.sk };
export const iamUser = {
  SECMASTER_IAM_DOMAIN: defaultUser.domain,
  SECMASTER_IAM_USER: defaultUser.user,
  SECMASTER_IAM_PASSWORD: defaultUser.password,
};
