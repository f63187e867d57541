import { type BehaviourChange, merged } from '../../../src/simulator/behaviour.ts';
import type { UnkindWorld } from './unkind-worlds.ts';
import { type PollPlan, type Step, smoothPoll } from './worlds.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const wait = (ms: number): Step => ({ kind: 'wait', ms });
const start = (playbook: number, trigger = 'EVENT'): Step => ({ kind: 'start', playbook, trigger });
const ended = (count: number, playbook: number, perMs = 1): Step => crowd(count, playbook, perMs, false);
const open = (count: number, playbook: number, perMs = 1): Step => crowd(count, playbook, perMs, true);
const does = (
  kind: 'fail' | 'retry' | 'finish' | 'begin termination' | 'terminate' | 'remove',
  which: number,
): Step => ({
  kind,
  which,
});
const times = (n: number, step: (i: number) => Step): Step[] => Array.from({ length: n }, (_, i) => step(i));

function crowd(count: number, playbook: number, perMs: number, isOpen: boolean): Step {
  return { kind: 'crowd', count, perMs, playbook, trigger: isOpen ? 'MANUAL' : 'TIMER', isOpen };
}

/** Ended, failed, retried and open ones, some of them older than the lookback. */
const history: readonly Step[] = [
  ended(25, 0),
  open(8, 1),
  ...times(4, () => does('fail', 0)),
  does('retry', 0),
  wait(30 * hourMs),
  ...[3, 2, 4].flatMap((hours) => [ended(22, 2), open(6, 0), ...times(2, () => does('fail', 5)), wait(hours * hourMs)]),
  ...times(6, (i) => start(i % 4, 'ODD_TRIGGER')),
  does('begin termination', 3),
  wait(7 * minuteMs),
];

type Moment = Step | 'poll';

/** More at once than two pages, and everything that can happen to those that are known. */
const life: readonly Moment[] = [
  wait(6 * minuteMs),
  'poll',
  start(0),
  start(3, ''),
  does('retry', 1),
  does('finish', 2),
  wait(2_500),
  does('finish', 0),
  wait(6 * minuteMs),
  'poll',
  // Retried and failed again before anybody looks, four to nine hours after it began.
  does('retry', 5),
  wait(500),
  does('retry', 6),
  wait(20_000),
  ...times(8, () => does('fail', 4)),
  ended(110, 2),
  open(20, 1),
  ...times(5, (i) => does('fail', 20 - i)),
  does('terminate', 0),
  does('retry', 4),
  wait(minuteMs),
  'poll',
  ...times(4, (i) => does('retry', 3 * i)),
  wait(20_000),
  ...times(4, (i) => does('fail', 2 * i)),
  ...times(3, (i) => does('retry', 4 * i)),
  wait(20 * minuteMs),
  does('remove', 1),
  ...times(9, (i) => does('finish', i)),
  'poll',
  wait(hourMs),
  ended(70, 3, 40),
  start(1),
  ...times(3, (i) => does('fail', 3 * i)),
  'poll',
  does('retry', 7),
  does('finish', 7),
  // Stays so.
  does('retry', 9),
  wait(6 * minuteMs),
  'poll',
  wait(6 * minuteMs),
];

/** When a server begins to behave in some way, and what it does besides. */
export const settings = [
  { when: 'from the start', isLater: false, besides: {} },
  { when: 'after the first poll', isLater: true, besides: {} },
  // So that a world of this size is too large for one list, as a real one with more than 10,000 instances.
  { when: 'where a list ends after 90 rows', isLater: false, besides: { paging: { maxRows: 30, maxOffset: 60 } } },
] as const satisfies readonly { when: string; isLater: boolean; besides: BehaviourChange }[];

/** One world with some 330 instances. */
export function richWorld(behaviour: BehaviourChange, { isLater, besides }: (typeof settings)[number]): UnkindWorld {
  const steps: Step[] = [...history];
  const schedule: (PollPlan | null)[] = [];
  const change: Moment[] = isLater ? [{ kind: 'behave', how: 'patch', change: behaviour }] : [];
  for (const moment of ['poll' as const, ...change, ...life]) {
    if (moment === 'poll') schedule[steps.length] = smoothPoll;
    else steps.push(moment);
  }
  return {
    plan: { behaviour: isLater ? besides : merged(besides, behaviour), seed: 1, steps },
    schedule: Array.from(steps, (_, i) => schedule[i] ?? null),
  };
}
