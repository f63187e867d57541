import { formatTime } from '../model/time.ts';
import { createEventQueue } from './event-queue.ts';
import type { HabitPlan } from './habits.ts';
import { liveHabitually } from './habitual-life.ts';
import type { StartSpec } from './instance.ts';
import { type PlaybookProfile, playbookProfiles, type Trigger } from './playbooks.ts';
import { createRandom, type Random } from './random.ts';
import type { World } from './world.ts';

export interface LifeOptions {
  readonly seed: number;
  readonly startMs: number;
  /** Of all playbooks together, on average. */
  readonly runsPerMinute: number;
  /** Playbooks that run by habits of their own besides (habits.ts). */
  readonly habits?: readonly HabitPlan[];
  /** How long a version of a workflow lives, on the average; three days. */
  readonly versionMs?: number;
}

/** Drives a world. The same seed gives the same world at the same time, in however many steps. */
export interface Life {
  advanceTo(ms: number): void;
}

const maxRetries = 5;

/** In every life: one that is enabled and never runs, and one that is disabled. */
const idlePlaybooks = [
  { name: 'Contain ransomware', enabled: true },
  { name: 'Annual access review', enabled: false },
];

export function createLife(world: World, options: LifeOptions): Life {
  const { seed, startMs, runsPerMinute, habits = [], versionMs = 3 * 24 * 3_600_000 } = options;
  const random = createRandom(seed);
  const queue = createEventQueue();
  const soon = (atMs: number, seconds: number, act: (atMs: number) => void) =>
    queue.at(atMs + Math.max(1, Math.round(seconds * 1000)), act);

  function begin(profile: PlaybookProfile, specOf: (atMs: number) => StartSpec, atMs: number): void {
    const stuck = random.chance(profile.stuckRatio);
    const first = (id: string, fromMs: number) => {
      if (!stuck) attempt(profile, id, fromMs, 0);
    };
    if (random.chance(0.03)) {
      const id = world.create(atMs, specOf(atMs));
      soon(atMs, random.between(0.2, 3), (runMs) => {
        world.run(id, runMs);
        first(id, runMs);
      });
    } else {
      first(world.start(atMs, specOf(atMs)), atMs);
    }
  }

  /** One attempt from start to end, and the next one after it. */
  function attempt(profile: PlaybookProfile, id: string, fromMs: number, retries: number): void {
    const seconds = random.lognormal(profile.medianSeconds, profile.sigma);
    const fate = random.next();
    const failureRatio = retries === 0 ? profile.failureRatio : Math.max(0.4, profile.failureRatio);
    if (seconds > 20) soon(fromMs, seconds / 4, (touchMs) => world.touch(id, touchMs));
    if (fate < profile.terminationRatio) {
      soon(fromMs, seconds / 2, (beginMs) => {
        world.beginTermination(id, beginMs);
        soon(beginMs, random.between(1, 5), (endMs) => world.terminate(id, endMs));
      });
    } else if (fate < profile.terminationRatio + failureRatio) {
      soon(fromMs, seconds, (failMs) => {
        world.fail(id, failMs, random.pick(profile.nodes), random.pick(profile.errors));
        if (retries === maxRetries || !random.chance(profile.retryChance)) return;
        soon(failMs, 5 + random.exponential(20), (retryMs) => {
          world.retry(id, retryMs);
          attempt(profile, id, retryMs, retries + 1);
        });
      });
    } else {
      soon(fromMs, seconds, (endMs) => world.finish(id, endMs));
    }
  }

  function steady(trigger: Trigger, beginAt: (atMs: number) => void): void {
    const intervalMs = Math.max(1, Math.round(60_000 / (runsPerMinute * trigger.share)));
    const tick = (atMs: number) => {
      queue.at(atMs + intervalMs, tick);
      beginAt(atMs);
    };
    queue.at(startMs + Math.floor(random.between(0, intervalMs)), tick);
  }

  function inBursts(trigger: Trigger, size: number, beginAt: (atMs: number) => void): void {
    const meanGapSeconds = (60 * size) / (runsPerMinute * trigger.share);
    const burst = (atMs: number) => {
      soon(atMs, random.exponential(meanGapSeconds), burst);
      beginAt(atMs);
      // Half of a burst starts in the same millisecond, so that rows with equal times are common.
      while (random.chance(1 - 1 / size)) soon(atMs, random.chance(0.5) ? 0 : random.between(0, 3), beginAt);
    };
    soon(startMs, random.exponential(meanGapSeconds), burst);
  }

  // A generator of its own: what is listed, and which version runs, changes nothing of what happens when.
  const besides = createRandom(seed ^ 0x5ec3a57e);

  function renewVersions(workflowId: string): void {
    const renew = (atMs: number) => {
      world.newVersion(workflowId);
      soon(atMs, besides.exponential(versionMs / 1000), renew);
    };
    soon(startMs, besides.exponential(versionMs / 1000), renew);
  }

  for (const profile of runsPerMinute > 0 ? playbookProfiles : []) {
    const { specFor, workflow, playbook, dataclass } = specs(profile, random, besides);
    if (playbook !== null) world.playbooks.add({ ...playbook, dataclass });
    renewVersions(workflow.id);
    for (const trigger of profile.triggers) {
      const beginAt = (atMs: number) => begin(profile, specFor(trigger), atMs);
      if (trigger.burst === null) steady(trigger, beginAt);
      else inBursts(trigger, trigger.burst, beginAt);
    }
  }

  if (runsPerMinute > 0 || habits.length > 0) {
    for (const idle of idlePlaybooks) world.playbooks.add({ ...idle, id: besides.uuid() });
  }
  liveHabitually(world, queue, { plans: habits, seed, startMs });

  return { advanceTo: queue.runUntil };
}

/** Gives a playbook permanent ids; each new instance gets its own. */
function specs(
  { name, enName, code, dataclass: dataclassName, nodes }: PlaybookProfile,
  random: Random,
  besides: Random,
) {
  const playbook = name === null ? null : { id: random.uuid(), name, ...(enName !== undefined && { en_name: enName }) };
  const workflow = {
    id: random.uuid(),
    name: name ?? 'Workflow under test',
    ...(enName !== undefined && { name_en: enName }),
    version: 'v1',
    version_id: random.uuid(),
  };
  const dataclass = {
    id: random.uuid(),
    name: dataclassName,
    // As where nobody has translated it.
    ...(dataclassName !== 'Resource' && { en_name: dataclassName }),
  };
  const specFor =
    (trigger: Trigger) =>
    (atMs: number): StartSpec => ({
      id: random.uuid(),
      name: `${code}-${formatTime(atMs).replaceAll(/\D/g, '').slice(0, 14)}`,
      playbook,
      workflow,
      dataclass,
      triggerType: trigger.type,
      dataobjectId: trigger.type === 'EVENT' ? random.uuid() : null,
      defenseId: trigger.type === 'EVENT' && besides.chance(0.3) ? `defense-${Math.floor(besides.between(1, 6))}` : '',
      nodes,
    });
  return { specFor, workflow, playbook, dataclass };
}
