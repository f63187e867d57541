/** A simulator in a process of its own, on a clock that its control calls turn. Prints its URL. */
import { defaultProject, defaultWorkspace } from '../../../src/simulator/defaults.ts';
import { listen } from '../../../src/simulator/listen.ts';
import { createManualClock } from '../../../src/simulator/manual-clock.ts';
import { createSimulator } from '../../../src/simulator/simulator.ts';

const [seed = '1', historyMs = '0', runsPerMinute = '30', behindMs = '0'] = process.argv.slice(2);
// In the middle of this minute: an exporter knows the time to the second, and the window begins with whole minutes; and no
// further off than a clock may be before a refusal is taken to be its fault.
const startMs = Math.floor((Date.now() - Number(behindMs)) / 60_000) * 60_000 + 30_000;
const simulator = createSimulator({
  clock: createManualClock(startMs),
  projects: [
    {
      ...defaultProject,
      workspaces: [
        {
          ...defaultWorkspace,
          life: { seed: Number(seed), historyMs: Number(historyMs), runsPerMinute: Number(runsPerMinute) },
        },
      ],
    },
  ],
});
const { url } = await listen(simulator, '127.0.0.1', 0);
process.stdout.write(`${url}\n`);
