import fc from 'fast-check';
import { dateForms } from '../../../src/model/profile.ts';
import { type Behaviour, type BehaviourChange, merged } from '../../../src/simulator/behaviour.ts';
import { hostileNames } from '../../../src/simulator/hostile-names.ts';

/** Values of each switch that are not friendly; a switch that is missing here is an error of types. */
type Unkind = {
  readonly [Group in keyof Behaviour]: {
    readonly [Switch in keyof Behaviour[Group]]: Values<Behaviour[Group][Switch]>;
  };
};

interface Values<T> {
  /** What stands for all of them, where each is tried. */
  readonly each: readonly T[];
  readonly drawn: fc.Arbitrary<T>;
}

const oneOf = <const T>(...each: readonly T[]): Values<T> => ({ each, drawn: fc.constantFrom(...each) });

function someOf<const T>(all: readonly T[], minLength = 0): Values<T[]> {
  const none = minLength === 0 ? [[]] : [];
  return { each: [...none, ...all.map((one) => [one]), [...all]], drawn: fc.subarray([...all], { minLength }) };
}

const times = ['once', 'every-other-time', 'always'] as const;
const filter = oneOf('ignored', 'refused', 'prefix', 'any-case', 'documented');
/** That nobody asks by. */
const otherFilter = { ...filter, each: ['refused'] as const };

const unkind: Unkind = {
  paging: {
    maxRows: oneOf(10, 50, 99),
    maxLimit: oneOf(10, 50, 99, 1000),
    maxOffset: oneOf(0, 200, 5_000, 20_000),
    maxWindow: oneOf(100, 300, 10_000),
    offset: oneOf('ignored'),
    emptyPage: oneOf(...([1, 2, 3, 4] as const).flatMap((page) => times.map((times) => ({ page, times })))),
    duplicateRows: oneOf(1, 20),
    extraRows: oneOf(1, 50),
  },
  order: {
    sortKey: oneOf('ignored', 'update-time-refused', 'refused'),
    sortDir: oneOf('ignored', 'refused'),
    rows: oneOf('as-inserted', 'random'),
    ties: oneOf('shuffled'),
  },
  dates: {
    field: oneOf('update', 'start', 'end', 'ignored'),
    from: oneOf('exclusive'),
    to: oneOf('inclusive'),
    zone: oneOf('z-is-utc', 'utc', 'gmt8'),
    precision: oneOf('second', 'day-utc', 'day-gmt8'),
    forms: someOf(dateForms),
    otherForms: oneOf('ignored'),
  },
  filters: {
    id: filter,
    name: otherFilter,
    status: filter,
    trigger_type: filter,
    playbook_id: otherFilter,
    workflow_id: otherFilter,
    dataclass_id: otherFilter,
    dataobject_id: otherFilter,
    defence_id: otherFilter,
  },
  count: {
    of: oneOf('all', 'page'),
    cap: oneOf(0, 10, 10_000),
    offBy: oneOf(-2, 1, 3),
    drift: oneOf(1, 4),
    shown: oneOf('absent', 'null', 'zero', 'text', 'minus-one', 'fraction'),
  },
  rows: {
    nulls: oneOf('absent', 'empty'),
    spelling: oneOf('lower'),
    times: oneOf('…Z+0000', '…Z', '…+08:00'),
    milliseconds: oneOf('absent'),
    paddingBytes: oneOf(10, 2_000),
    workflow: oneOf('null', 'absent', 'empty', 'no-version', 'no-id', 'name-only', 'text'),
    dataclass: oneOf('null', 'absent', 'empty', 'no-id', 'name-only', 'text'),
    objects: oneOf('null', 'absent', 'empty', 'number', 'long'),
    names: oneOf(...hostileNames),
    topology: oneOf('shown'),
  },
  retries: { startTime: oneOf('moved'), updateTime: oneOf('kept') },
  replicas: {
    differIn: someOf(['milliseconds', 'spelling', 'name', 'playbook-name', 'playbook', 'trigger-type'], 1),
    lagEvery: oneOf(1, 2, 5),
    lagMs: oneOf(1, 30_000, 3_600_000),
  },
  time: {
    date: oneOf('absent', 'iso', 'constant'),
    offMs: oneOf(-3_600_000, 1_500, 3_600_000),
    offAnswers: oneOf(1, 3),
  },
  workspaces: {
    list: oneOf('refused'),
    offset: oneOf('ignored'),
    maxRows: oneOf(1, 10),
    names: oneOf('absent'),
    unknownStatus: oneOf(404, 400, 200),
  },
  playbooks: {
    list: oneOf('refused', 'not-found'),
    offset: oneOf('ignored', 'as-page'),
    firstPage: oneOf(0),
    maxRows: oneOf(1, 10),
    maxLimit: oneOf(10, 100),
    total: oneOf('absent', 'null', 'zero', 'text', 'word', 'page', 'off'),
    enabled: oneOf('text', 'upper-case-text', 'number', 'number-text', 'word', 'null', 'absent'),
    names: oneOf('absent', 'null', 'empty', 'same', ...hostileNames),
    ids: oneOf('absent', 'null', 'empty', 'number', 'long', 'same'),
    dataclasses: oneOf('absent', 'null', 'empty'),
    rows: oneOf('some-are-none'),
    data: oneOf('null', 'absent', 'object', 'text'),
  },
  topology: {
    show: oneOf('refused', 'other-topology', 'other-instance'),
    failedNodes: oneOf(0, 3, 1_000),
    names: oneOf('absent'),
    paddingBytes: oneOf(10, 2_000),
    attempts: oneOf('all'),
    times: oneOf('null', 'absent', 'no-start', 'no-end', 'end-before-start', 'odd'),
    status: oneOf('running', 'odd', 'absent'),
    actions: oneOf('twice'),
    logs: oneOf('null', 'absent', 'some-are-none'),
  },
  load: { perSecond: oneOf(1, 5, 50), retryAfter: oneOf('seconds', 'date'), msPerPage: oneOf(1, 100) },
};

/** Names of switches, such as `paging.maxRows`. */
export type SwitchName = {
  [Group in keyof Behaviour]: `${Group}.${Extract<keyof Behaviour[Group], string>}`;
}[keyof Behaviour];

/** What some switches are nothing without. */
const companions: Partial<Record<SwitchName, BehaviourChange>> = {
  'dates.otherForms': { dates: { forms: ['…Z'] } },
  'replicas.lagMs': { replicas: { lagEvery: 3 } },
  'time.offAnswers': { time: { offMs: 3_600_000 } },
  'load.retryAfter': { load: { perSecond: 5 } },
};

const switches = Object.entries(unkind).flatMap(([group, values]) =>
  Object.entries(values as Readonly<Record<string, Values<unknown>>>).map(([key, { each, drawn }]) => {
    // The keys are those of the declaration.
    const name = `${group}.${key}` as SwitchName;
    const to = (value: unknown) => merged(companions[name] ?? {}, { [group]: { [key]: value } });
    return { name, each: each.map((value) => ({ name, value, change: to(value) })), change: drawn.map(to) };
  }),
);

export const switchNames: readonly SwitchName[] = switches.map(({ name }) => name);

/** Each switch at each of its values that are not friendly, alone. */
export const eachSwitch = switches.flatMap(({ each }) => each);

/** One switch that is not friendly, any but these. */
export function oneSwitch(without: readonly SwitchName[] = []): fc.Arbitrary<BehaviourChange> {
  return fc.oneof(...switches.filter(({ name }) => !without.includes(name)).map(({ change }) => change));
}

/**
 * Friendly, one switch, two or more of them. On a clock that stands still nobody sleeps: leave `load.msPerPage` out there.
 */
export function behaviours(without: readonly SwitchName[] = []): fc.Arbitrary<BehaviourChange> {
  const one = oneSwitch(without);
  const several = (minLength: number, maxLength: number) =>
    fc.array(one, { minLength, maxLength, size: 'max' }).map((changes) => changes.reduce(merged, {}));
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant({}) },
    { weight: 4, arbitrary: one },
    { weight: 3, arbitrary: several(2, 2) },
    { weight: 2, arbitrary: several(3, 12) },
  );
}
