import type { EventQueue } from './event-queue.ts';
import { type Habit, type HabitPlan, habits, startsOf } from './habits.ts';
import type { StartSpec } from './instance.ts';
import { createRandom } from './random.ts';
import type { World } from './world.ts';

const dayMs = 24 * 3_600_000;
const nodes = ['Prepare', 'Act', 'Report'] as const;

/** Lets playbooks run as these plans say. Each run takes some seconds, and one in fifty fails. */
export function liveHabitually(
  world: World,
  queue: EventQueue,
  { plans, seed, startMs }: { readonly plans: readonly HabitPlan[]; readonly seed: number; readonly startMs: number },
): void {
  for (const [index, plan] of plans.entries()) {
    const random = createRandom(Math.imul(seed, 31) + index + 1);
    const { name, triggerType }: Habit = habits[plan.habit];
    const twin = plans.slice(0, index).filter(({ habit }) => habit === plan.habit).length;
    const playbook = { id: random.uuid(), name: twin === 0 ? name : `${name} ${twin + 1}` };
    const spec: Omit<StartSpec, 'id'> = {
      playbook,
      workflow: { id: random.uuid(), name: playbook.name, version: 'v1', version_id: random.uuid() },
      dataclass: { id: random.uuid(), name: 'Alert' },
      triggerType,
      nodes,
    };
    world.playbooks.add({ ...playbook, dataclass: spec.dataclass ?? null });

    const run = (atMs: number) => {
      const id = world.start(atMs, { ...spec, id: random.uuid() });
      queue.at(atMs + Math.round(1000 * random.lognormal(4, 0.5)), (endMs) => {
        if (random.chance(0.02)) world.fail(id, endMs, random.pick(nodes), 'no answer');
        else world.finish(id, endMs);
      });
    };
    const liveADay = (fromMs: number) => {
      for (const ms of startsOf(plan, seed + index, fromMs, fromMs + dayMs, startMs)) queue.at(ms, run);
      queue.at(fromMs + dayMs, liveADay);
    };
    queue.at(startMs, liveADay);
  }
}
