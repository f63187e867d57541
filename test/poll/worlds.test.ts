/**
 * Exactly once, whatever happens: random worlds, polled at random moments by exporters that break off, crash and begin
 * again. The worlds are the same each time, so that a test that fails does so by a change of the code; WORLDS_SEED gives others
 * (`new` ones each time), WORLDS_RUNS more. Of a server that behaves in any way at all, WORLDS_PATH runs the one world that a
 * failure names, and WORLDS_SURVEY=1 goes on after failures and lists them all, as they were drawn.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { maxPollRequests } from '../../src/poll/bound.ts';
import { inForm } from '../support/form.ts';
import type { SimulatedSoc } from '../support/world/simulated-soc.ts';
import { isTooMuch, liveUnkindly } from '../support/world/unkind-run.ts';
import { storyOf } from '../support/world/unkind-story.ts';
import { createTally } from '../support/world/unkind-tally.ts';
import { unkindWorlds } from '../support/world/unkind-worlds.ts';
import { firstPollWitness, ledgerWitness, live } from '../support/world/world-run.ts';
import { type PollPlan, schedules, smoothPoll, worlds } from '../support/world/worlds.ts';

const { WORLDS_SEED = '2026', WORLDS_PATH, WORLDS_SURVEY } = process.env;
const seed = WORLDS_SEED === 'new' ? Date.now() % 2 ** 31 : Number(WORLDS_SEED);
/** Worlds of a friendly server, all properties together, and as many of a server that behaves in any way at all. */
const runs = Number(process.env.WORLDS_RUNS ?? inForm(50, 1_500));
const timeoutMs = 60_000 + runs * 4_000;

beforeAll(() => {
  process.stdout.write(`WORLDS_SEED=${seed} WORLDS_RUNS=${runs}\n`);
});

function hold<T>(property: fc.IAsyncProperty<T>, share: number): Promise<void> {
  return fc.assert(property, { seed, numRuns: Math.ceil(runs * share) });
}

/**
 * The counters of the playbooks' runs by series, those of playbooks by their id: labels may depend on who came first. Those of
 * failed nodes are ignored: those of an attempt that was retried before the next poll can't be known.
 */
function countersOf(soc: SimulatedSoc): Map<string, number> {
  const collected = soc.collected();
  const info = collected.find(({ family }) => family.name === 'secmaster_playbook_info');
  const ids = new Map([...(info?.samples ?? [])].map(({ labels }) => [labels.playbook, labels.playbook_id]));
  return new Map(
    collected
      .filter(
        ({ family: { name, type } }) =>
          name.startsWith('secmaster_workflow_') && type !== 'gauge' && !name.includes('_node_'),
      )
      .flatMap(({ family, samples }) =>
        [...samples].map(({ suffix = '', labels, le, value }): [string, number] => {
          const playbook = ids.get(labels.playbook) ?? labels.playbook;
          return [JSON.stringify([family.name + suffix, { ...labels, playbook, le }]), value];
        }),
      ),
  );
}

describe('in every world, whenever it is polled and whatever breaks', () => {
  const lived = fc.record({ world: worlds, schedule: schedules });
  const planOf = ({ history, life, ...rest }: Lived['world']) => ({ ...rest, steps: [...history, ...life] });
  type Lived = typeof lived extends fc.Arbitrary<infer T> ? T : never;

  test(
    'the exporter says in the end what is true',
    () =>
      hold(
        fc.asyncProperty(lived, async ({ world, schedule }) => {
          const soc = await live(planOf(world), schedule, ledgerWitness);
          expect(await soc.differences()).toEqual([]);
          await soc.store.close();
        }),
        0.5,
      ),
    timeoutMs,
  );

  test(
    'no counter falls or goes away on the way there',
    () =>
      hold(
        fc.asyncProperty(lived, async ({ world, schedule }) => {
          let before = new Map<string, number>();
          const soc = await live(planOf(world), schedule, ledgerWitness, (now) => {
            if (now.workspace.report().snapshot === null) return;
            const after = countersOf(now);
            const fallen = [...before].filter(([series, value]) => !((after.get(series) ?? -1) >= value));
            expect(fallen).toEqual([]);
            before = after;
          });
          await soc.store.close();
        }),
        0.3,
      ),
    timeoutMs,
  );

  test(
    'the counters end the same, however it is polled',
    () =>
      hold(
        fc.asyncProperty(worlds, schedules, schedules, async ({ history, life, ...rest }, one, another) => {
          // Each ledger is created at the same moment, a millisecond before the next step, so that the step counts.
          const plan = { ...rest, steps: [...history, { kind: 'wait', ms: 1 } as const, ...life] };
          const begin: (PollPlan | null)[] = [...history.map(() => null), smoothPoll];
          const always = plan.steps.map(() => smoothPoll);
          const ends: Map<string, number>[] = [];
          for (const schedule of [one, another, always]) {
            const soc = await live(plan, [...begin, ...schedule], firstPollWitness);
            ends.push(finalCounters(soc));
            await soc.store.close();
          }
          expect(ends[1]).toEqual(ends[0]);
          expect(ends[2]).toEqual(ends[0]);
        }),
        0.2,
      ),
    timeoutMs,
  );
});

/** Without zeros, which anybody may add, and without times of FAILED: a retry erases when an attempt has ended. */
function finalCounters(soc: SimulatedSoc): Map<string, number> {
  return new Map(
    [...countersOf(soc)]
      .filter(([series, value]) => value !== 0 && !/duration.*"FAILED"/.test(series))
      // The sums of seconds are added up in another order.
      .map(([series, value]) => [series, Math.round(value * 1000)]),
  );
}

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
