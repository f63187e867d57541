import fc from 'fast-check';
import { type ExtraLabel, extraLabels } from '../../../src/model/extra-labels.ts';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';

/** What can happen in a world. `which` chooses among the instances that it can happen to; it passes where there is none. */
export type Step =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'create' | 'start' | 'start and finish'; readonly playbook: number; readonly trigger: string }
  | { readonly kind: Deed; readonly which: number }
  | { readonly kind: 'hide'; readonly which: number; readonly what: Hidden }
  | ({ readonly kind: 'crowd' } & Crowd)
  | { readonly kind: 'touch all' }
  | ({ readonly kind: 'rounds' } & Rounds)
  /** A playbook is put into SecMaster's list, or changed there. */
  | { readonly kind: 'list'; readonly playbook: number; readonly as: 'enabled' | 'disabled' | 'gone' }
  /** It passes where the playbook has had no run. */
  | { readonly kind: 'rename'; readonly playbook: number; readonly name: string }
  /** `metrics.labels` is changed. */
  | { readonly kind: 'label'; readonly labels: readonly ExtraLabel[] }
  /** SecMaster behaves otherwise from now on: friendly but for the change, or as before but for it. */
  | { readonly kind: 'behave'; readonly how: 'put' | 'patch'; readonly change: BehaviourChange };

export interface Crowd {
  readonly count: number;
  /** How many of them begin, and end, in the same millisecond. */
  readonly perMs: number;
  readonly playbook: number;
  readonly trigger: string;
  readonly isOpen: boolean;
}

/** Runs at equal distances, each of which ends at once. */
export interface Rounds {
  readonly count: number;
  readonly everyMs: number;
  readonly playbook: number;
  readonly trigger: string;
}

export type Deed = (typeof deeds)[number];
const deeds = [
  'run',
  'fail',
  'retry',
  'finish',
  'begin termination',
  'terminate',
  'touch',
  'pause',
  'resume',
  'remove',
  'heal',
] as const;

/** What a row doesn't show, or shows wrongly, until it is healed. */
export type Hidden = (typeof hidden)[number];
const hidden = ['everything', 'id', 'time', 'start_time', 'end_time', 'retry_count'] as const;

/** One poll, and what goes wrong in it. */
export interface PollPlan {
  readonly fault: { readonly kind: FaultKind; readonly skip: number } | null;
  /** After so many pages of the sweep there is no more time for it; null: there is enough. */
  readonly sweepPages: number | null;
  /** The next step of the world happens while this page is on its way, the first being 1. */
  readonly meanwhile: readonly number[];
  /** The process dies before its statement with this number; null: it lives on. */
  readonly crashAt: number | null;
}

export type FaultKind = (typeof faultKinds)[number];
const faultKinds = ['status', 'throttle', 'html', 'garbage', 'cut', 'reset'] as const;

export const smoothPoll: PollPlan = { fault: null, sweepPages: null, meanwhile: [], crashAt: null };

/** The poll before each step, null where there is none; after its end there are no more polls. */
export type Schedule = readonly (PollPlan | null)[];

export interface WorldPlan {
  readonly behaviour: BehaviourChange;
  /** Of the order of rows with equal times. */
  readonly seed: number;
  /** `metrics.labels` from the first poll on; none: none. */
  readonly labels?: readonly ExtraLabel[];
  readonly steps: readonly Step[];
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

function upTo(ms: number, weight: number) {
  return { weight, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: ms }) }) };
}

const which = fc.nat({ max: 999 });
const playbook = fc.nat({ max: 3 });
const trigger = fc.constantFrom('EVENT', 'TIMER', 'MANUAL', 'ODD_TRIGGER', '');

const weights: Readonly<Record<Deed, number>> = {
  run: 2,
  fail: 4,
  retry: 4,
  finish: 4,
  'begin termination': 2,
  terminate: 2,
  touch: 2,
  pause: 1,
  resume: 1,
  remove: 2,
  heal: 2,
};

const start: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('create', 'start', 'start', 'start', 'start and finish'),
  playbook,
  trigger,
});

function rounds(playbook: fc.Arbitrary<number>, trigger: fc.Arbitrary<string>): fc.Arbitrary<Step> {
  return fc.record({
    kind: fc.constant('rounds' as const),
    count: fc.integer({ min: 3, max: 40 }),
    everyMs: fc.constantFrom(2 * minute, 2 * minute, hour, 5 * hour),
    playbook,
    trigger,
  });
}

const everyday: fc.WeightedArbitrary<Step>[] = [
  upTo(20, 3),
  upTo(minute, 3),
  upTo(10 * minute, 3),
  upTo(5 * hour, 1),
  upTo(30 * hour, 1),
  { weight: 9, arbitrary: start },
  ...deeds.map((kind) => ({ weight: weights[kind], arbitrary: fc.record({ kind: fc.constant(kind), which }) })),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('rename' as const),
      playbook,
      name: fc.constantFrom('Isolate host', 'Isolate endpoint', '(none)', 'other'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('list' as const),
      playbook: fc.nat({ max: 5 }),
      as: fc.constantFrom('enabled', 'disabled', 'disabled', 'gone'),
    }),
  },
  { weight: 1, arbitrary: rounds(playbook, fc.constantFrom('TIMER', 'EVENT')) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('label' as const), labels: fc.subarray([...extraLabels]) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('hide' as const), which, what: fc.constantFrom(...hidden) }),
  },
];

/** More than a page at once, at few or many different times; never so many in one millisecond as a tail takes for a sign. */
const crowd: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('crowd' as const),
  count: fc.integer({ min: 60, max: 230 }),
  perMs: fc.constantFrom(1, 40, 40),
  playbook,
  trigger,
  isOpen: fc.boolean(),
});

const aFew = (maxLength: number): fc.Arbitrary<Step[]> => fc.array(fc.oneof(...everyday), { maxLength, size: 'max' });
const crowded = (maxLength: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 30, arbitrary: crowd },
      { weight: 10, arbitrary: fc.constant<Step>({ kind: 'touch all' }) },
      ...everyday,
    ),
    { maxLength, size: 'max' },
  );

/** News in the same millisecond as what a poll has just met, beneath whatever comes next. */
const tied: fc.Arbitrary<Step[]> = fc
  .tuple(playbook, trigger, fc.array(start, { minLength: 1, maxLength: 5, size: 'max' }), crowd, aFew(3))
  .map(([playbook, trigger, news, next, after]) => [
    { kind: 'crowd', count: 80, perMs: 40, playbook, trigger, isOpen: false },
    ...news,
    next,
    ...after,
  ]);

/** One playbook again and again, so that it has a rhythm, and streaks that come and go. */
const rhythmic: fc.Arbitrary<Step[]> = fc
  .tuple(playbook, fc.constantFrom('TIMER', 'TIMER', 'EVENT'))
  .chain(([playbook, trigger]) =>
    fc.array(fc.tuple(rounds(fc.constant(playbook), fc.constant(trigger)), aFew(3)), { minLength: 2, maxLength: 5 }),
  )
  .map((parts) => parts.flatMap(([rounds, others]) => [rounds, ...others]));

const never = { weight: 5, arbitrary: fc.constant(null) };

const poll: fc.Arbitrary<PollPlan> = fc.record({
  fault: fc.oneof(never, {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom(...faultKinds), skip: fc.nat({ max: 3 }) }),
  }),
  sweepPages: fc.oneof(never, { weight: 2, arbitrary: fc.nat({ max: 3 }) }),
  meanwhile: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 3 }) },
  ),
  // A page of a few rows is some tens of statements, a poll of several pages some hundreds.
  crashAt: fc.oneof(
    { weight: 5, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.oneof(fc.nat({ max: 60 }), fc.nat({ max: 1_000 })) },
  ),
});

const sometimes = fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: poll });

export const schedules: fc.Arbitrary<Schedule> = fc.array(sometimes, { maxLength: 40, size: 'max' });

/** What happens in a world: history before the first poll, and life after it. */
export const lives = {
  few: fc.record({ history: aFew(10), life: aFew(32) }),
  crowded: fc.record({ history: crowded(4), life: crowded(10) }),
  tied: fc.record({ history: aFew(3), life: tied }),
  rhythmic: fc.record({ history: aFew(3), life: rhythmic }),
};

export const worlds = fc
  .record({
    behaviour: fc.record({
      dates: fc.record({ field: fc.constantFrom('create', 'update', 'start', 'end') }),
      rows: fc.record({ nulls: fc.constantFrom('null', 'absent', 'empty') }),
      count: fc.record({ cap: fc.constantFrom(null, 10_000) }),
      order: fc.record({ ties: fc.constantFrom('shuffled', 'shuffled', 'stable') }),
    }),
    seed: fc.nat(),
    labels: fc.option(fc.subarray([...extraLabels]), { freq: 1 }),
    lives: fc.oneof(
      { weight: 5, arbitrary: lives.few },
      { weight: 2, arbitrary: lives.crowded },
      { weight: 2, arbitrary: lives.tied },
      { weight: 3, arbitrary: lives.rhythmic },
    ),
  })
  // Labels stay as they are from the first poll on, or change at any time.
  .map(({ lives: { history, life }, labels, ...rest }) =>
    labels === null
      ? { ...rest, history, life }
      : { ...rest, labels, history: history.filter(isNoLabel), life: life.filter(isNoLabel) },
  );

function isNoLabel({ kind }: Step): boolean {
  return kind !== 'label';
}
