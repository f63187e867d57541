import type { Workspace } from './directory.ts';
import { gatewayProblem, isProblem, type Problem, socProblem } from './errors.ts';
import type { Instance } from './instance.ts';
import { instanceAt } from './instance-at.ts';
import { pastInstanceOrder } from './instance-order.ts';
import { listInstances } from './list/list.ts';
import { parseListQuery } from './list/parse.ts';
import type { Random } from './random.ts';
import { nextReplica } from './replica.ts';
import { type Dress, rowOf } from './row.ts';
import { dressOf } from './row-dress.ts';
import { topologyOf } from './topology.ts';
import type { World } from './world.ts';

/** What a workspace answers about its instances, as it behaves at the moment. */

export function listAnswer(
  { world, order, behaviour: handle }: Workspace,
  parameters: URLSearchParams,
  random: Random,
  nowMs: number,
): object | Problem {
  const [behaviour, memory] = [handle.get(), handle.memory()];
  const query = parseListQuery(parameters, behaviour);
  if (isProblem(query)) return query;
  const { isSecond, asOfMs } = nextReplica(behaviour.replicas, memory, random, nowMs);
  const ordered = asOfMs === null ? order : pastInstanceOrder(world, asOfMs);
  const { count, instances } = listInstances(ordered, query, behaviour, memory, random);
  const { nulls, topology } = behaviour.rows;
  const shown = topology === 'shown' ? behaviour.topology.attempts : null;
  const dress = dressOf(behaviour, isSecond);
  return { count, instances: instances.map((instance) => rowOf(instance, nulls, shown, dress)) };
}

export function showAnswer(
  { world, behaviour: handle }: Workspace,
  id: string,
  parameters: URLSearchParams,
  random: Random,
  nowMs: number,
): object | Problem {
  const [behaviour, memory] = [handle.get(), handle.memory()];
  const { show, attempts } = behaviour.topology;
  if (show === 'refused') return gatewayProblem(403, 'APIGW.0302', 'The app is not authorized to access the API');
  const { isSecond, asOfMs } = nextReplica(behaviour.replicas, memory, random, nowMs);
  const instance = knownAt(world, id, asOfMs);
  if (instance === null) return socProblem('20030005', 'The object does not exist.');
  const dress = dressOf(behaviour, isSecond);
  const another: Dress = (row, shown) =>
    dress('topology' in row ? { ...row, topology: topologyOf(anotherThan(world, instance), attempts) } : row, shown);
  // A row is an object unless a test has made it something else.
  return rowOf(
    show === 'other-instance' ? anotherThan(world, instance) : instance,
    behaviour.rows.nulls,
    parameters.get('show_topology') === 'true' ? attempts : null,
    show === 'other-topology' ? another : dress,
  ) as object;
}

function knownAt(world: World, id: string, asOfMs: number | null): Instance | null {
  if (asOfMs === null) return world.instances.get(id) ?? null;
  const instance = world.all.find((one) => one.id === id);
  return instance === undefined ? null : instanceAt(instance, asOfMs);
}

/** One that has failed, if there is one: its topology is the one that matters. */
function anotherThan(world: World, instance: Instance): Instance {
  const others = [...world.instances.values()].filter(({ id }) => id !== instance.id);
  return others.find(({ failure }) => failure !== null) ?? others[0] ?? instance;
}
