import { onTestFinished } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { expectedStartMs } from '../../../src/ledger/rhythm.ts';
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
  terminate(id: string): void;
  /** A run that began then, and finished at once. */
  ranAt(startMs: number): void;
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
      const spec = { playbook, triggerType, nodes: ['Look up', 'Act'] };
      return {
        begin: () => world(workspace).start(clock.now(), spec),
        finish: (id) => world(workspace).finish(id, clock.now()),
        fail: (id) => world(workspace).fail(id, clock.now(), 'Act', 'refused'),
        retry: (id) => world(workspace).retry(id, clock.now()),
        terminate: (id) => {
          world(workspace).beginTermination(id, clock.now());
          world(workspace).terminate(id, clock.now());
        },
        ranAt: (startMs) => world(workspace).finish(world(workspace).start(startMs, spec), startMs),
      };
    },
  };
}

export function runs(playbook: ScriptedPlaybook, count: number, end: 'finish' | 'fail'): void {
  for (let i = 0; i < count; i++) playbook[end](playbook.begin());
}

/** Runs that end one after the other; of each `every`, one fails, and never the last. */
export function runsOfWhichSomeFail(playbook: ScriptedPlaybook, count: number, every: number): void {
  for (let i = 0; i < count; i++) runs(playbook, 1, i % every === 0 ? 'fail' : 'finish');
}

/**
 * A playbook that has run at a steady pace for so long, so that the exporter learns by when the next run is due.
 *
 * @returns when that is: at `dueMs`, or a few seconds off
 */
export function hasRun(playbook: ScriptedPlaybook, triggerType: string, { everyMs, forMs, dueMs }: Pace): number {
  const count = Math.floor(forMs / everyMs) + 1;
  const startsUntil = (lastMs: number) => Array.from({ length: count }, (_, i) => lastMs - (count - 1 - i) * everyMs);
  const dueOf = (startsMs: readonly number[]) => {
    const due = expectedStartMs(startsMs, { triggerType });
    if (due === null) throw new Error('so few runs have no rhythm');
    return due;
  };
  const startsMs = startsUntil(dueMs - (dueOf(startsUntil(dueMs)) - dueMs));
  for (const startMs of startsMs) playbook.ranAt(startMs);
  return dueOf(startsMs);
}

interface Pace {
  readonly everyMs: number;
  readonly forMs: number;
  readonly dueMs: number;
}
