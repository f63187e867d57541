/** A simulated SecMaster of several workspaces that live in real time. Arguments: workspaces, hours of history, runs a minute. */
import { systemClock } from '../../src/clock.ts';
import { defaultProject } from '../../src/simulator/defaults.ts';
import { listen } from '../../src/simulator/listen.ts';
import { createSimulator } from '../../src/simulator/simulator.ts';
import { answer } from './processes.ts';
import { workspaceIds } from './site.ts';

const [workspaces = 1, hours = 1, runsPerMinute = 30] = process.argv.slice(2).map(Number);
const simulator = createSimulator({
  clock: systemClock,
  projects: [
    {
      ...defaultProject,
      workspaces: workspaceIds(workspaces).map((id, seed) => ({
        id,
        name: `soc ${seed}`,
        life: { seed, historyMs: hours * 3_600_000, runsPerMinute },
      })),
    },
  ],
});
const { url } = await listen(simulator, '127.0.0.1', 0);
answer({ url: () => url, addFault: (rule: Parameters<typeof simulator.faults.add>[0]) => simulator.faults.add(rule) });
