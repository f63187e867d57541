/** A simulated SecMaster in which nothing happens but what its parent asks for. Arguments: workspaces, instances, playbooks, now. */
import { systemClock } from '../../src/clock.ts';
import { defaultProject } from '../../src/simulator/defaults.ts';
import { listen } from '../../src/simulator/listen.ts';
import { createSimulator } from '../../src/simulator/simulator.ts';
import { fillWorld, finishRuns } from './history.ts';
import { answer } from './processes.ts';
import { workspaceIds } from './site.ts';

const [workspaces = 1, instances = 0, playbooks = 1, nowMs = 0] = process.argv.slice(2).map(Number);
const ids = workspaceIds(workspaces);
const simulator = createSimulator({
  clock: systemClock,
  projects: [{ ...defaultProject, workspaces: ids.map((id, i) => ({ id, name: `soc-${i}` })) }],
});
const worlds = ids.map((id) => simulator.directory.workspace(id).world);
for (const world of worlds) fillWorld(world, { instances, playbooks, nowMs });
const { url } = await listen(simulator, '127.0.0.1', 0);

let next = 0;
const functions = {
  url: () => url,
  /** In every workspace. */
  finishRuns: (runs: number) => {
    for (const world of worlds) finishRuns(world, runs, { playbooks });
  },
  /** The same, of the playbooks that are next. */
  finishNext: (runs: number) => {
    for (const world of worlds) finishRuns(world, runs, { playbooks, from: next });
    next += runs;
  },
  /** The addresses of the pages that have been listed since the last time. */
  takePages: () => {
    const listed = simulator.requests.last(10_000).filter(({ operation }) => operation === 'ListAopWorkflowInstance');
    simulator.requests.clear();
    return listed.map(
      ({ workspaceId, query }) =>
        `${url}/v1/${defaultProject.id}/workspaces/${workspaceId}/soc/workflows/instances?${query}`,
    );
  },
};
export type SecMasterProcess = typeof functions;
answer(functions);
