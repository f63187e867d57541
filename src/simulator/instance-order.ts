import type { Instance } from './instance.ts';
import { instanceAt } from './instance-at.ts';
import type { World } from './world.ts';

export type SortKey = 'create_time' | 'update_time' | 'inserted';

/** Gives instances in ascending order of a key. */
export type InstanceOrder = (key: SortKey) => readonly Instance[];

export function sortValue(instance: Instance, key: SortKey): number {
  switch (key) {
    case 'create_time':
      return instance.createTimeMs;
    case 'update_time':
      return instance.updateTimeMs;
    case 'inserted':
      return instance.sequence;
  }
}

/** The order of a world as it is now, sorted again only after a change. */
export function createInstanceOrder(world: World): InstanceOrder {
  const orders = {
    create_time: sortedOrder(world, 'create_time'),
    update_time: sortedOrder(world, 'update_time'),
    inserted: sortedOrder(world, 'inserted'),
  };
  return (key) => orders[key]();
}

/** The order of a world as it was. */
export function pastInstanceOrder(world: World, atMs: number): InstanceOrder {
  const instances = world.all.flatMap((instance) => instanceAt(instance, atMs) ?? []);
  return (key) => instances.toSorted(ascending(key));
}

function sortedOrder(world: World, key: SortKey): () => readonly Instance[] {
  let sorted: Instance[] = [];
  let version = -1;
  let taken = 0;
  return () => {
    if (version !== world.version()) {
      // What was in order before is nearly in order now, and the engine's sort is linear on such a list.
      sorted = sorted.filter((instance) => !instance.removed);
      for (; taken < world.all.length; taken += 1) {
        const instance = world.all[taken];
        if (instance !== undefined && !instance.removed) sorted.push(instance);
      }
      sorted.sort(ascending(key));
      version = world.version();
    }
    return sorted;
  };
}

function ascending(key: SortKey): (a: Instance, b: Instance) => number {
  return (a, b) => sortValue(a, key) - sortValue(b, key) || a.sequence - b.sequence;
}
