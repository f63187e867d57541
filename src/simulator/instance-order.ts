import type { Instance } from './instance.ts';
import type { World } from './world.ts';

export type SortKey = 'create_time' | 'update_time';

export function sortValue(instance: Instance, key: SortKey): number {
  return key === 'create_time' ? instance.createTimeMs : instance.updateTimeMs;
}

/** Gives a world's instances in ascending order, sorted again only after a change. */
export function createInstanceOrder(world: World): (key: SortKey) => readonly Instance[] {
  const orders = { create_time: sortedOrder(world, 'create_time'), update_time: sortedOrder(world, 'update_time') };
  return (key) => orders[key]();
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
      sorted.sort((a, b) => sortValue(a, key) - sortValue(b, key) || a.sequence - b.sequence);
      version = world.version();
    }
    return sorted;
  };
}
