import { onTestFinished } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { defaultAccessKey, defaultProject, defaultUser } from '../../../src/simulator/defaults.ts';
import type { Faults } from '../../../src/simulator/faults.ts';
import { listen } from '../../../src/simulator/listen.ts';
import { createSimulator, type SimulatorOptions } from '../../../src/simulator/simulator.ts';
import type { World } from '../../../src/simulator/world.ts';

/** A SecMaster in this process in which nothing happens by itself: the test says what, in real time. */
export interface ScriptedSoc {
  /** A playbook of a workspace, with runs that end as the test says. */
  playbook(workspace: string, name: string, triggerType?: string): ScriptedPlaybook;
  /** The workspace's part of an exporter's configuration, as JSON is YAML. */
  configOf(workspace: string, credentials?: 'ak_sk' | 'password'): object;
  addFault: Faults['add'];
  clearFaults(): void;
  workspaceId(workspace: string): string;
  world(workspace: string): World;
}

export interface ScriptedPlaybook {
  /** Its id, to be ended by the other calls. */
  begin(): string;
  finish(id: string): void;
  fail(id: string): void;
  retry(id: string): void;
}

const ids = (n: number) => `5ec3a57e-0000-4000-8000-${String(n).padStart(12, '0')}`;

export async function startScriptedSoc(
  workspaces: readonly string[],
  { clock = systemClock, ...options }: Partial<SimulatorOptions> = {},
): Promise<ScriptedSoc> {
  const workspaceId = (workspace: string) => ids(1 + workspaces.indexOf(workspace));
  const simulator = createSimulator({
    ...options,
    clock,
    projects: [{ ...defaultProject, workspaces: workspaces.map((name) => ({ id: workspaceId(name), name })) }],
  });
  const { url, close } = await listen(simulator, '127.0.0.1', 0);
  onTestFinished(close);
  const world = (workspace: string) => simulator.directory.workspace(workspaceId(workspace)).world;
  let playbooks = 0;
  return {
    workspaceId,
    world,
    addFault: simulator.faults.add,
    clearFaults: simulator.faults.clear,
    configOf: (name, credentials = 'ak_sk') => ({
      name,
      region: defaultProject.name,
      project_id: defaultProject.id,
      workspace_id: workspaceId(name),
      endpoint: url,
      iam_endpoint: url,
      credentials: credentials === 'ak_sk' ? { ak_sk: defaultAccessKey } : { password: defaultUser },
    }),
    playbook(workspace, name, triggerType = 'EVENT') {
      const playbook = { id: ids(1_000 + playbooks++), name };
      const nodes = ['Look up', 'Act'];
      return {
        begin: () => world(workspace).start(clock.now(), { playbook, triggerType, nodes }),
        finish: (id) => world(workspace).finish(id, clock.now()),
        fail: (id) => world(workspace).fail(id, clock.now(), 'Act', 'refused'),
        retry: (id) => world(workspace).retry(id, clock.now()),
      };
    },
  };
}

export function runs(playbook: ScriptedPlaybook, count: number, end: 'finish' | 'fail'): void {
  for (let i = 0; i < count; i++) playbook[end](playbook.begin());
}

/** A playbook that runs at a steady rhythm until it is stopped. */
export function startRhythm(playbook: ScriptedPlaybook, everyMs: number) {
  const beat = () => runs(playbook, 1, 'finish');
  beat();
  const timer = setInterval(beat, everyMs);
  const stop = () => clearInterval(timer);
  onTestFinished(stop);
  return { beat, stop };
}
