/** Every node of every attempt once: random runs, polled after each step by exporters that are killed and begin again. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attemptsOf } from '../../src/simulator/attempts.ts';
import { nodesOf } from '../../src/simulator/topology.ts';
import type { World } from '../../src/simulator/world.ts';
import { inForm } from '../support/form.ts';
import { createCrashingStore } from '../support/ledger/crashing-store.ts';
import { parseExposition } from '../support/metrics/exposition.ts';
import { createSoc, type SimulatedSoc } from '../support/world/simulated-soc.ts';

const nodes = ['Query asset', 'Isolate', 'Notify'];

interface Step {
  readonly deed: 'start' | 'fail' | 'retry' | 'finish' | 'terminate' | 'rerun';
  readonly which: number;
  readonly node: string;
  readonly ms: number;
  /** The process is killed before this statement of the poll; null: it lives on. */
  readonly crashAt: number | null;
}

const steps: fc.Arbitrary<Step> = fc.record({
  deed: fc.constantFrom('start', 'start', 'fail', 'fail', 'retry', 'retry', 'finish', 'terminate', 'rerun'),
  which: fc.nat({ max: 99 }),
  node: fc.constantFrom(...nodes, 'Surprise'),
  ms: fc.integer({ min: 1, max: 20_000 }),
  crashAt: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 2, arbitrary: fc.nat({ max: 80 }) }),
});

const behaviours = fc.record({
  topology: fc.record({ attempts: fc.constantFrom('current', 'all'), actions: fc.constantFrom('once', 'twice') }),
  retries: fc.record({ startTime: fc.constantFrom('kept', 'moved') }),
});

function happen({ world, now }: SimulatedSoc, { deed, which, node }: Step): void {
  if (deed === 'start') {
    world.start(now(), { nodes, playbook: { id: `${which % 2}`, name: `Playbook ${which % 2}` } });
    return;
  }
  const statuses =
    deed === 'retry' ? ['FAILED'] : deed === 'rerun' ? ['FAILED', 'FINISHED', 'TERMINATED'] : ['RUNNING', 'RETRYING'];
  const able = world.all.filter(({ status }) => statuses.includes(status));
  const id = able[which % able.length]?.id;
  if (id === undefined) return;
  if (deed === 'fail') world.fail(id, now(), node, 'no answer');
  else if (deed === 'terminate') {
    world.beginTermination(id, now());
    world.terminate(id, now());
  } else world[deed](id, now());
}

/** What a reader of every topology has seen: durations by playbook, node and status, as `how many in how many seconds`. */
function truthOf(world: World): Map<string, string> {
  const seen = world.all.flatMap((instance) =>
    attemptsOf(instance)
      .filter(({ endMs }) => endMs !== null)
      .flatMap((attempt) => nodesOf(instance, attempt))
      .flatMap(({ name, status, startMs, endMs }) =>
        endMs === null ? [] : [{ key: `${instance.playbook?.name}/${name}/${status}`, ms: endMs - startMs }],
      ),
  );
  return new Map(
    [...Map.groupBy(seen, ({ key }) => key)].map(([key, all]) => [
      key,
      `${all.length} in ${(all.reduce((sum, { ms }) => sum + ms, 0) / 1000).toFixed(3)}`,
    ]),
  );
}

async function observed(soc: SimulatedSoc): Promise<Map<string, string>> {
  const family = parseExposition(await soc.exposition()).filter(({ name }) => name.includes('_node_duration_seconds'));
  const keyOf = (labels: Readonly<Record<string, string>>) => `${labels.playbook}/${labels.node}/${labels.status}`;
  const sums = new Map(family.filter(({ name }) => name.endsWith('_sum')).map((one) => [keyOf(one.labels), one.value]));
  return new Map(
    family
      .filter(({ name }) => name.endsWith('_count'))
      .map(({ labels, value }) => [keyOf(labels), `${value} in ${sums.get(keyOf(labels))?.toFixed(3)}`]),
  );
}

test(
  'in a quiet SOC the durations are those of every node of every attempt, whatever is killed when',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(steps, { minLength: 5, maxLength: 40, size: 'max' }),
        behaviours,
        async (life, behaviour) => {
          const crashing = createCrashingStore();
          const soc = createSoc({ store: crashing.store, behaviour, settings: { nodes: 'all' } });
          await soc.poll();
          for (const step of life) {
            soc.turn(1_000 + step.ms);
            happen(soc, step);
            soc.turn(1);
            crashing.crashAt(step.crashAt);
            await soc.poll();
            const hasDied = crashing.hasCrashed();
            crashing.crashAt(null);
            if (!hasDied) continue;
            soc.restart();
            await soc.poll();
          }
          await soc.poll();
          expect(await observed(soc)).toEqual(truthOf(soc.world));
          const topologies = (await soc.store.open(soc.workspace.report()))?.state;
          expect([topologies?.topologiesSkipped, topologies?.topologiesFailed, topologies?.unread.size]).toEqual([
            0, 0, 0,
          ]);
          await soc.store.close();
        },
      ),
      { numRuns: inForm(12, 500) },
    );
  },
  inForm(60_000, 600_000),
);
