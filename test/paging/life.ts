import type { EventQueue } from '../../src/simulator/event-queue.ts';
import { createRandom, type Random } from '../../src/simulator/random.ts';
import type { World } from '../../src/simulator/world.ts';
import { day } from '../support/rhythm/calendar.ts';
import { nodes, type PlaybookPlan, type Run } from './playbooks.ts';

/** What is wrong with the runs of some playbooks for a while. */
export interface Trouble {
  readonly playbooks: readonly string[];
  readonly fromMs: number;
  readonly untilMs: number;
  /** What becomes of a run that starts meanwhile; null: it doesn't start. */
  readonly change: (usual: Run, random: Random, number: number) => Run | null;
}

/** What happened to a playbook, in the order of time. */
export interface Happened {
  readonly playbook: string;
  /** `missed`: a start that was due. `retried`: it has failed, and is retried. Others are how a run ended for good. */
  readonly kind: 'missed' | 'started' | 'retried' | 'FINISHED' | 'FAILED' | 'TERMINATED';
  readonly atMs: number;
}

export interface LifeParts {
  readonly seed: number;
  readonly fromMs: number;
  readonly installedMs: number;
  readonly troubles: readonly Trouble[];
  readonly onHappened: (happened: Happened) => void;
}

/** SecMaster forgets runs that ended so long ago, once an exporter has read its history: lists of them would take most of the time. */
const keptMs = 3 * day;

interface Ended {
  readonly id: string;
  readonly atMs: number;
}

/** Lets the playbooks of a plan run in a simulated world. */
export function live(world: World, queue: EventQueue, plans: readonly PlaybookPlan[], parts: LifeParts): void {
  const ended: Ended[] = [];
  for (const [index, plan] of plans.entries())
    liveOne(world, queue, plan, { ...parts, seed: parts.seed * 1_000 + index, onEnded: (one) => ended.push(one) });
  const forget = (atMs: number) => {
    for (; ended[0] !== undefined && ended[0].atMs < atMs - keptMs; ended.shift()) world.remove(ended[0].id, atMs);
    queue.at(atMs + day, forget);
  };
  queue.at(parts.installedMs + day, forget);
}

function liveOne(
  world: World,
  queue: EventQueue,
  plan: PlaybookPlan,
  parts: LifeParts & { readonly onEnded: (ended: Ended) => void },
): void {
  const { seed, fromMs, installedMs, onHappened, onEnded } = parts;
  const { name, triggerType, fromDay = Number.NEGATIVE_INFINITY, untilDay = Number.POSITIVE_INFINITY } = plan;
  const random = createRandom(seed);
  const playbook = { id: random.uuid(), name };
  const workflow = { id: random.uuid(), name, version: 'v1', version_id: random.uuid() };
  const troubles = parts.troubles.filter(({ playbooks }) => playbooks.includes(name));
  const happened = (kind: Happened['kind'], atMs: number) => onHappened({ playbook: name, kind, atMs });
  let troubled = 0;

  function start(atMs: number): void {
    const usual = plan.run(random);
    const trouble = troubles.find((one) => atMs >= one.fromMs && atMs < one.untilMs);
    const run = trouble === undefined ? usual : trouble.change(usual, random, troubled++);
    if (run === null) {
      happened('missed', atMs);
      return;
    }
    const id = world.start(atMs, { id: random.uuid(), playbook, workflow, triggerType, nodes });
    happened('started', atMs);
    attempt(id, run, 0, atMs);
  }

  function attempt(id: string, run: Run, number: number, atMs: number): void {
    const one = run.attempts[number];
    if (one === undefined || one.ends === 'OPEN') return;
    const { ends, node } = one;
    queue.at(atMs + milliseconds(one.seconds), (endMs) => {
      if (ends === 'FINISHED') world.finish(id, endMs);
      else if (ends === 'FAILED') world.fail(id, endMs, node, 'no answer');
      else {
        world.beginTermination(id, endMs);
        world.terminate(id, endMs);
      }
      const next = run.attempts[number + 1];
      happened(next === undefined ? ends : 'retried', endMs);
      if (next === undefined) {
        onEnded({ id, atMs: endMs });
        return;
      }
      queue.at(endMs + milliseconds(next.afterSeconds), (retryMs) => {
        world.retry(id, retryMs);
        attempt(id, run, number + 1, retryMs);
      });
    });
  }

  const liveADay = (beginMs: number) => {
    for (const ms of plan.starts(seed, beginMs, beginMs + day, installedMs)) {
      const onDay = (ms - installedMs) / day;
      if (onDay >= fromDay && onDay < untilDay) queue.at(ms, start);
    }
    queue.at(beginMs + day, liveADay);
  };
  queue.at(fromMs, liveADay);
}

function milliseconds(seconds: number): number {
  return Math.max(1, Math.round(seconds * 1000));
}
