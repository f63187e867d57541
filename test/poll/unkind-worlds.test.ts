/**
 * Exactly once, however the server behaves: random worlds of a server that behaves in any way at all. WORLDS_PATH runs the one world
 * that a failure names, and WORLDS_SURVEY=1 goes on after failures and lists them all, as they were drawn.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { maxPollRequests } from '../../src/poll/bound.ts';
import { runs, seed, timeoutMs } from '../support/world/runs.ts';
import { isTooMuch, liveUnkindly } from '../support/world/unkind-run.ts';
import { storyOf } from '../support/world/unkind-story.ts';
import { createTally } from '../support/world/unkind-tally.ts';
import { unkindWorlds } from '../support/world/unkind-worlds.ts';

const { WORLDS_PATH, WORLDS_SURVEY } = process.env;

const maxRequests = (newInstances: number) => maxPollRequests + newInstances;

describe('of a server that behaves in any way at all, and then in another', () => {
  const tally = createTally();

  afterAll(() => {
    process.stdout.write(`${tally.text()}\n`);
  });

  test(
    'every counter is true in the end, or it is said that and why it may not be; and no poll asks without end',
    async () => {
      const stories: string[] = [];
      const world = fc.asyncProperty(unkindWorlds, async (world) => {
        const outcome = await liveUnkindly(world.plan, world.schedule, maxRequests);
        const isWrong = outcome.verdict === 'silent' || outcome.polls.some(isTooMuch);
        const isSurvey = WORLDS_SURVEY !== undefined;
        tally.add(world, outcome, isWrong && !isSurvey);
        if (!isWrong) return;
        if (!isSurvey) throw new Error(storyOf(world, outcome));
        stories.push(storyOf(world, outcome));
      });
      await fc.assert(world, {
        seed,
        ...(WORLDS_PATH === undefined ? { numRuns: runs } : { path: WORLDS_PATH, endOnFailure: true }),
        reporter({ failed, counterexamplePath, errorInstance }) {
          if (!failed) return;
          const { message } = errorInstance as Error;
          throw new Error(`WORLDS_SEED=${seed} WORLDS_PATH=${counterexamplePath}\n${message}`);
        },
      });
      expect(stories.join('\n\n')).toBe('');
      // Nobody passes by giving up.
      expect(tally.share('friendly')).toBe(1);
      expect(tally.share('one switch')).toBeGreaterThan(0.6);
    },
    timeoutMs,
  );
});
