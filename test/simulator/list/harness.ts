import { type BehaviourChange, changed, friendly } from '../../../src/simulator/behaviour.ts';
import { createMemory, type Memory } from '../../../src/simulator/behaviour-handle.ts';
import { isProblem } from '../../../src/simulator/errors.ts';
import { createInstanceOrder } from '../../../src/simulator/instance-order.ts';
import { listInstances } from '../../../src/simulator/list/list.ts';
import { parseListQuery } from '../../../src/simulator/list/parse.ts';
import { createRandom } from '../../../src/simulator/random.ts';
import { createWorld, type World } from '../../../src/simulator/world.ts';

/** The ids that a query string finds, and the count. */
export function list(
  world: World,
  text: string,
  change: BehaviourChange = {},
  random = createRandom(1),
  memory: Memory = createMemory(0),
) {
  const behaviour = changed(friendly, change);
  const query = parseListQuery(new URLSearchParams(text), behaviour);
  if (isProblem(query)) throw new Error(`${query.code} ${query.message}`);
  const { count, instances } = listInstances(createInstanceOrder(world), query, behaviour, memory, random);
  return { count, ids: instances.map(({ id }) => id) };
}

/** The ids, or the error in place of them. */
export function idsOf(world: World, text: string, change: BehaviourChange = {}): readonly string[] | string {
  try {
    return list(world, text, change).ids;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Four instances: a and b ended, b after a; c runs; d, the last to begin, was updated first. */
export function four(): World {
  const world = createWorld();
  const alert = { id: 'class-alert', name: 'Alert' };
  world.start(1000, { id: 'a', name: 'ZF-001', playbook: { id: 'p1', name: 'P' }, dataclass: alert });
  world.start(2000, { id: 'b', name: 'ZF-002', playbook: { id: 'p2', name: 'Q' }, triggerType: 'TIMER' });
  world.start(3000, { id: 'c', name: 'QB-001', workflow: { id: 'w1', name: 'W' }, dataobjectId: 'o1' });
  world.start(4000, { id: 'd', name: 'QB-002', defenseId: 'l1', triggerType: 'MANUAL' });
  world.fail('a', 5000, 'n', 'e');
  world.finish('b', 6000);
  world.touch('c', 7000);
  return world;
}

/** i0 to i9, begun a second apart. */
export function ten(): World {
  const world = createWorld();
  for (let n = 0; n < 10; n += 1) world.start(1000 * n, { id: `i${n}` });
  return world;
}
