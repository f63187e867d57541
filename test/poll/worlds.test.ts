/**
 * Exactly once, whatever happens: random worlds, polled at random moments by exporters that break off, crash and begin again
 * (test/support/world/runs.ts).
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultProject, defaultWorkspace } from '../../src/simulator/defaults.ts';
import { labelsOf } from '../support/world/compare.ts';
import { runs, seed, timeoutMs } from '../support/world/runs.ts';
import type { SimulatedSoc } from '../support/world/simulated-soc.ts';
import { firstPollWitness, ledgerWitness, live } from '../support/world/world-run.ts';
import { type PollPlan, schedules, smoothPoll, worlds } from '../support/world/worlds.ts';

function hold<T>(property: fc.IAsyncProperty<T>, share: number): Promise<void> {
  return fc.assert(property, { seed, numRuns: Math.ceil(runs * share) });
}

/**
 * The counters of runs by series. Those of nodes may be left out: those of an attempt that was retried before the next poll can't be
 * known.
 */
function countersOf(soc: SimulatedSoc, hasNodes: boolean): Map<string, number> {
  return new Map(
    counterSamples(soc, hasNodes).map(({ name, labels, le, value }) => [
      JSON.stringify([name, { ...labels, le }]),
      value,
    ]),
  );
}

function counterSamples(soc: SimulatedSoc, hasNodes: boolean) {
  return soc
    .collected()
    .filter(
      ({ family: { name, type } }) =>
        (name.startsWith('secmaster_workflow_') && type !== 'gauge' && (hasNodes || !name.includes('_node_'))) ||
        (hasNodes && name === 'secmaster_exporter_topologies_total'),
    )
    .flatMap(({ family, samples }) =>
      [...samples].map(({ suffix = '', ...sample }) => ({ ...sample, name: family.name + suffix })),
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
          expect(await soc.streakDifferences()).toEqual([]);
          expect(await soc.playbookDifferences()).toEqual([]);
          const facts = await finalFacts(soc);
          soc.restart();
          await soc.workspace.refresh();
          expect(await finalFacts(soc)).toEqual(facts);
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
            const after = countersOf(now, true);
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
    'the counters, and all that is a function of the rows, end the same, however it is polled',
    () =>
      hold(
        fc.asyncProperty(worlds, schedules, schedules, async ({ history, life, ...rest }, one, another) => {
          // Each ledger is created at the same moment, a millisecond before the next step, so that the step counts.
          const plan = { ...rest, steps: [...history, { kind: 'wait', ms: 1 } as const, ...life] };
          const begin: (PollPlan | null)[] = [...history.map(() => null), smoothPoll];
          const always = plan.steps.map(() => smoothPoll);
          const ends: Map<string, number>[] = [];
          const facts: unknown[] = [];
          for (const schedule of [one, another, always]) {
            const soc = await live(plan, [...begin, ...schedule], firstPollWitness);
            ends.push(await finalCounters(soc));
            facts.push(await finalFacts(soc));
            await soc.store.close();
          }
          expect(ends[1]).toEqual(ends[0]);
          expect(ends[2]).toEqual(ends[0]);
          expect(facts[1]).toEqual(facts[0]);
          expect(facts[2]).toEqual(facts[0]);
        }),
        0.2,
      ),
    timeoutMs,
  );
});

/**
 * Summed over the names of a playbook and the labels of metrics.labels: under which a run counts depends on when it is polled. Without
 * zeros, which anybody may add, and without times of FAILED: a retry erases when an attempt has ended.
 */
async function finalCounters(soc: SimulatedSoc): Promise<Map<string, number>> {
  const ledger = await soc.store.open({ projectId: defaultProject.id, workspaceId: defaultWorkspace.id });
  const ids = labelsOf(ledger?.state ?? null);
  const sums = new Map<string, number>();
  for (const { name, labels, le, value } of counterSamples(soc, false)) {
    const { playbook = '', trigger_type, status } = labels;
    const key = JSON.stringify([name, ids.get(playbook) ?? playbook, trigger_type, status, le]);
    sums.set(key, (sums.get(key) ?? 0) + value);
  }
  return new Map(
    [...sums]
      .filter(([series, value]) => value !== 0 && !/duration.*"FAILED"/.test(series))
      // The sums of seconds are added up in another order.
      .map(([series, value]) => [series, Math.round(value * 1000)]),
  );
}

const functionsOfRows = [
  'secmaster_playbook_consecutive_failures',
  'secmaster_playbook_failing_since_timestamp_seconds',
  'secmaster_playbook_expected_start_timestamp_seconds',
  'secmaster_playbook_enabled',
  'secmaster_playbook_info',
  'secmaster_workflow_version_first_start_timestamp_seconds',
];

/** By the playbook's id: which of two of the same name has its id appended depends on which was met first. */
async function finalFacts(soc: SimulatedSoc): Promise<unknown> {
  const ledger = await soc.store.open({ projectId: defaultProject.id, workspaceId: defaultWorkspace.id });
  const ids = labelsOf(ledger?.state ?? null);
  return soc
    .collected()
    .filter(({ family: { name } }) => functionsOfRows.includes(name))
    .flatMap(({ family, samples }) =>
      [...samples].map(({ labels: { playbook = '', ...labels }, value }) =>
        JSON.stringify([family.name, ids.get(playbook) ?? playbook, labels, value]),
      ),
    )
    .sort();
}
