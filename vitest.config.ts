import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/tools/longest-first.ts';

/** A lane is told by the file's name: `a.test.ts` is unit, `a.integration.test.ts` and `a.system.test.ts` are what they say. */
const all = 'test/**/*.test.ts';
const integration = 'test/**/*.integration.test.ts';
const system = 'test/**/*.system.test.ts';

/** Integration tests wait for other processes half of their time. */
const maxWorkers = availableParallelism() + 1;

export default defineConfig({
  test: {
    // In the full form lists are long, and on a slow machine that has other work they take minutes.
    testTimeout: process.env.TEST_FORM === 'full' ? 180_000 : 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    unstubEnvs: true,
    sequence: { sequencer: LongestFirst },
    projects: [
      // In one process: no sockets, no other programs, nothing written, so that files can share their modules.
      {
        test: {
          name: 'unit',
          maxWorkers,
          isolate: false,
          include: [all],
          exclude: [integration, system],
          setupFiles: ['test/tools/in-process.ts'],
        },
      },
      // Sockets on loopback, temporary files and processes of our own.
      { test: { name: 'integration', maxWorkers, include: [integration] } },
      // Programs that npm does not bring: see test/tools/system-parts.ts. One at a time, since some of them measure time.
      { test: { name: 'system', maxWorkers: 1, include: [system], sequence: { groupOrder: 1 } } },
    ],
  },
});
