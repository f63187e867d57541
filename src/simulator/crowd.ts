import type { StartSpec } from './instance.ts';
import type { World } from './world.ts';

/** What happens to many instances at once. The times of a span are spread evenly over it. */

export interface Span {
  readonly fromMs: number;
  /** None: all at one time. */
  readonly withinMs?: number;
}

/** SecMaster forgets what ended before then. @returns how many that were */
export function purge(world: World, endedBeforeMs: number, atMs: number): number {
  const ended = [...world.instances.values()].filter(
    ({ endTimeMs }) => endTimeMs !== null && endTimeMs < endedBeforeMs,
  );
  for (const { id } of ended) world.remove(id, atMs);
  return ended.length;
}

/** update_time of the oldest ones moves and nothing else does. */
export function touchMany(world: World, count: number, span: Span): void {
  [...world.instances.keys()].slice(0, count).forEach((id, index) => {
    world.touch(id, momentOf(index, count, span));
  });
}

/** So many begin, within a second, say; those that are not to stay open finish at once. @returns their ids */
export function startMany(
  world: World,
  count: number,
  span: Span,
  { isOpen = true, ...spec }: Omit<StartSpec, 'id'> & { readonly isOpen?: boolean } = {},
): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const atMs = momentOf(index, count, span);
    const id = world.start(atMs, spec);
    if (!isOpen) world.finish(id, atMs);
    return id;
  });
}

function momentOf(index: number, count: number, { fromMs, withinMs = 0 }: Span): number {
  return fromMs + Math.floor((index * withinMs) / count);
}
