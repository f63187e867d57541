import type { Random } from './random.ts';
import type { World } from './world.ts';

const playbook = { id: 'f100d000-0000-4000-8000-000000000001', name: 'Quarantine mailbox' };

/** Retries of the world's own life come much sooner after a failure. */
const restedMs = 10 * 60_000;

/**
 * Adds this many runs in the given time. Most finish, some fail, and some of those are retried. Some runs that had failed
 * before are retried too.
 */
export function flood(world: World, random: Random, runs: number, fromMs: number, nowMs: number): void {
  const within = (low: number, high: number) => Math.floor(random.between(low, high));
  const retry = (id: string, fromRetryMs: number) => {
    const retryMs = within(fromRetryMs, nowMs);
    world.retry(id, retryMs);
    const endMs = within(retryMs, nowMs);
    if (random.chance(0.5)) world.fail(id, endMs, 'quarantine', 'mailbox busy');
    else world.finish(id, endMs);
  };

  const rested = world.all.filter(
    ({ status, removed, updateTimeMs }) => status === 'FAILED' && !removed && updateTimeMs < fromMs - restedMs,
  );
  for (const { id } of rested) if (random.chance(0.3)) retry(id, fromMs);
  for (let i = 0; i < runs; i++) {
    const startMs = within(fromMs, nowMs);
    const id = world.start(startMs, { playbook });
    if (random.chance(0.01)) continue;
    const endMs = within(startMs, nowMs);
    if (random.chance(0.9)) world.finish(id, endMs);
    else {
      world.fail(id, endMs, 'quarantine', 'mailbox busy');
      if (random.chance(0.5)) retry(id, endMs);
    }
  }
}
