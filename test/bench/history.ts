import type { Instance } from '../../src/model/instance.ts';
import { parsePage } from '../../src/secmaster/api/rows.ts';
import { maxRows } from '../../src/secmaster/api/schema.ts';
import { rowOf } from '../../src/simulator/row.ts';
import { createWorld, type World } from '../../src/simulator/world.ts';

/** The last day of one workspace, the same in every process that is given the same numbers. All runs have ended. */
export interface History {
  readonly instances: number;
  readonly playbooks: number;
  readonly nowMs: number;
}

const dayMs = 24 * 3_600_000;
const workflow = { id: '3f0f7f2e-7f54-4a2c-9d53-0c6f1c1b2a11', name: 'Isolate and report', version: 'v1' };
const dataclass = { id: '9a4e9a90-59d2-4d3e-8b55-7d5a10a7c0de', name: 'Alert', en_name: 'Alert' };

/** In every 20 runs of a playbook one fails and one is terminated. */
export function fillWorld(world: World, { instances, playbooks, nowMs }: History): void {
  const fromMs = nowMs - dayMs + 600_000;
  const everyMs = (dayMs - 1_800_000) / instances;
  for (let i = 0; i < instances; i++) {
    const startMs = Math.floor(fromMs + i * everyMs);
    const id = begin(world, startMs, i % playbooks, Math.floor(i / playbooks));
    const endMs = startMs + 1_000 + ((i * 7_919) % 600_000);
    const turn = Math.floor(i / playbooks) % 20;
    if (turn === 0) world.fail(id, endMs, 'isolate host', 'the host did not answer');
    else if (turn === 1) {
      world.beginTermination(id, endMs);
      world.terminate(id, endMs);
    } else world.finish(id, endMs);
  }
}

/** So many runs more, begun a second ago and finished now, of one playbook after the other from the one with this number. */
export function finishRuns(world: World, runs: number, { playbooks, from = 0 }: { playbooks: number; from?: number }) {
  const nowMs = Date.now();
  for (let i = from; i < from + runs; i++)
    world.finish(begin(world, nowMs - 1_000, i % playbooks, Math.floor(i / playbooks)), nowMs);
}

/** Two versions of the workflow take turns. */
function begin(world: World, startMs: number, playbook: number, turn: number): string {
  const name = `Isolation of hosts, team ${playbook}`;
  return world.start(startMs, {
    playbook: { id: `0c6f1c1b-7f54-4a2c-9d53-${String(playbook).padStart(12, '0')}`, name, en_name: name },
    workflow: { ...workflow, version: `v${1 + (turn % 2)}` },
    dataclass,
    dataobjectId: '5f2b8d0e-02c4-4d7a-9c4b-7e2a10a7c0de',
    name: `GLZJ-${startMs}`,
    nodes: ['query asset', 'query alert', 'isolate host', 'notify owner', 'close alert'],
  });
}

/** The instances of a history, as the exporter reads them. */
export function instancesOf(history: History): readonly Instance[] {
  const world = createWorld();
  fillWorld(world, history);
  const rows = world.all.map((instance) => rowOf(instance, 'null'));
  const pages = Array.from({ length: Math.ceil(rows.length / maxRows) }, (_, i) =>
    parsePage({ instances: rows.slice(i * maxRows, (i + 1) * maxRows) }, 'en'),
  );
  return pages.flatMap((page) => page?.instances ?? []);
}
