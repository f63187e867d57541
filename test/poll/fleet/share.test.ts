import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type KnownTask, plan, type Standing } from '../../../src/poll/fleet/share.ts';

const names = (count: number) => Array.from({ length: count }, (_, i) => `r${i}`);
const task = (i: number, some: Partial<KnownTask> = {}): KnownTask => ({
  task: `t${i}`,
  holder: null,
  freeLooks: 1,
  isResting: false,
  isUnwanted: false,
  ...some,
});
const standing = (some: Partial<Standing>): Standing => ({
  me: 'r0',
  living: names(2),
  tasks: [],
  elsewhere: 0,
  ...some,
});
const held = (holder: string, ids: readonly number[], some: Partial<KnownTask> = {}) =>
  ids.map((i) => task(i, { holder, freeLooks: 0, ...some }));

describe('a replica', () => {
  test.each<[string, Partial<Standing>, Partial<ReturnType<typeof plan>>]>([
    ['alone takes all', { living: ['r0'], tasks: [task(0), task(1)] }, { take: ['t0', 't1'], max: 2, giveBack: [] }],
    ['takes its share', { tasks: [task(0), task(1), task(2)] }, { max: 2 }],
    [
      'takes the smaller share if others come first by name',
      { me: 'r1', tasks: [task(0), task(1), task(2)] },
      { max: 1 },
    ],
    [
      'begins at another place than the others, so that they take different ones',
      { me: 'r1', tasks: [task(0), task(1), task(2), task(3)] },
      { take: ['t2', 't3', 't0', 't1'] },
    ],
    ['gives back what is above its share', { tasks: held('r0', [0, 1, 2, 3]) }, { giveBack: ['t2', 't3'], max: 0 }],
    [
      'counts what it does not know, but others do',
      { tasks: held('r0', [0, 1, 2]), elsewhere: 1 },
      { giveBack: ['t2'] },
    ],
    [
      'does not offer again what nobody wanted',
      { tasks: [...held('r0', [0, 1]), ...held('r0', [2, 3], { isUnwanted: true })] },
      { giveBack: ['t0', 't1'] },
    ],
    [
      'takes above its share what others leave alone',
      { tasks: [...held('r0', [0, 1]), task(2, { freeLooks: 5 }), task(3)] },
      { max: 0, overdue: ['t2'] },
    ],
    [
      'gives back what fails here, and leaves it alone',
      { tasks: [...held('r0', [0], { isResting: true }), task(1, { isResting: true })] },
      { giveBack: ['t0'], take: [], overdue: [] },
    ],
    [
      'takes what failed here once nobody else does',
      { tasks: [task(0, { isResting: true, freeLooks: 10 })] },
      { overdue: ['t0'] },
    ],
    [
      'keeps what fails here if it is alone',
      { living: ['r0'], tasks: held('r0', [0], { isResting: true }) },
      { giveBack: [], max: 0 },
    ],
    [
      'does nothing while it is not among the living',
      { me: 'r9', tasks: [task(0)] },
      { take: [], max: 0, giveBack: [] },
    ],
  ])('%s', (_, some, wanted) => expect(plan(standing(some))).toMatchObject(wanted));
});

test('replicas that look in any order do all tasks, evenly, and come to rest', () => {
  const replicas = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(
      replicas,
      fc.integer({ min: 0, max: 40 }),
      fc.array(fc.nat({ max: 4 }), { maxLength: 40 }),
      (r, n, first) => {
        const living = names(r);
        const holders: (string | null)[] = Array.from({ length: n }, (_, i) => living[first[i] ?? 99] ?? null);
        const look = (me: string) => {
          const next = plan(standing({ me, living, tasks: holders.map((holder, i) => task(i, { holder })) }));
          const index = (key: string) => Number(key.slice(1));
          for (const key of next.giveBack) holders[index(key)] = null;
          for (const key of next.take.slice(0, next.max)) holders[index(key)] = me;
          return next.giveBack.length;
        };
        for (const me of living) look(me);
        for (const me of living) look(me);
        const counts = living.map((me) => holders.filter((holder) => holder === me).length);
        expect(counts).toEqual(living.map((_, rank) => Math.floor(n / r) + Number(rank < n % r)));
        expect(living.map(look)).toEqual(living.map(() => 0));
      },
    ),
  );
});
