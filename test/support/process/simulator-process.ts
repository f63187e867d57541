/** A simulator in a process of its own, on a clock that its control calls turn. Prints its URL. */
import { Hono } from 'hono';
import { defaultProject } from '../../../src/simulator/defaults.ts';
import { habitNames, isHabit } from '../../../src/simulator/habits.ts';
import { listen } from '../../../src/simulator/listen.ts';
import { createManualClock, type ManualClock } from '../../../src/simulator/manual-clock.ts';
import type { SimulatorEnv } from '../../../src/simulator/middleware.ts';
import { createSimulator } from '../../../src/simulator/simulator.ts';
import { simulatedWorkspace } from './simulated-workspace.ts';

const [seed = '1', historyMs = '0', runsPerMinute = '30', behindMs = '0', workspaces = '1', habits = ''] =
  process.argv.slice(2);
// In the middle of this minute: an exporter knows the time to the second, and the window begins with whole minutes; and no
// further off than a clock may be before a refusal is taken to be its fault.
const startMs = Math.floor((Date.now() - Number(behindMs)) / 60_000) * 60_000 + 30_000;

// A Date that stands still is no clock's: from the first turn on it runs while nothing happens.
const standing = createManualClock(startMs);
let turnedAtMs: number | null = null;
const standingMs = () => (turnedAtMs === null ? 0 : performance.now() - turnedAtMs);
const clock: ManualClock = {
  ...standing,
  advance(ms) {
    standing.advance(ms);
    turnedAtMs = performance.now();
  },
};

const simulator = createSimulator({
  clock,
  projects: [
    {
      ...defaultProject,
      workspaces: Array.from({ length: Number(workspaces) }, (_, n) => ({
        ...simulatedWorkspace(n),
        life: {
          seed: Number(seed) + n,
          historyMs: Number(historyMs),
          runsPerMinute: Number(runsPerMinute),
          habits: (habits === 'all' ? habitNames : habits.split(',').filter(isHabit)).map((habit) => ({ habit })),
        },
      })),
    },
  ],
});

const app = new Hono<SimulatorEnv>();
app.use(async (c, next) => {
  await next();
  const date = c.res.headers.get('Date');
  if (date !== null) c.res.headers.set('Date', new Date(Date.parse(date) + standingMs()).toUTCString());
});
app.route('/', simulator.app);

const { url } = await listen({ ...simulator, app }, '127.0.0.1', 0);
process.stdout.write(`${url}\n`);
