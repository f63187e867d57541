import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createServerClock } from '../../../src/secmaster/http/server-clock.ts';
import { createManualClock } from '../../../src/simulator/manual-clock.ts';

const hourMs = 3_600_000;
const httpDate = (ms: number) => new Date(ms).toUTCString();

test('is the local clock until the first answer', () => {
  const local = createManualClock();
  expect(createServerClock(local).now()).toBe(local.now());
});

test.each([
  ['no Date', undefined],
  ['an unreadable Date', 'soon'],
  ['a Date at which nothing can happen', 'Fri, 31 Dec 9999 23:59:59 GMT'],
  ['a Date that no calendar goes beyond', 'Sat, 13 Sep 275760 00:00:00 GMT'],
  ['a Date long ago', 'Mon, 01 Jan 1601 00:00:00 GMT'],
])('learns nothing from %s', (_, date) => {
  const local = createManualClock();
  const server = createServerClock(local);
  server.learn(date, local.now(), local.now());
  expect(server.now()).toBe(local.now());
});

test.each([
  ['an hour ahead', hourMs],
  ['an hour behind', -hourMs],
])('a local clock %s is corrected by the first answer', (_, errorMs) => {
  const local = createManualClock();
  const server = createServerClock(local);
  const trueMs = local.now() - errorMs;
  server.learn(httpDate(trueMs), local.now(), local.now());
  expect(Math.abs(server.now() - trueMs)).toBeLessThan(1000);
});

test('never strays by more than a second and the time on the way from the truth', () => {
  const answer = fc.record({
    pauseMs: fc.integer({ min: 0, max: 5_000 }),
    thereMs: fc.integer({ min: 0, max: 400 }),
    backMs: fc.integer({ min: 0, max: 400 }),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: -hourMs, max: hourMs }),
      fc.array(answer, { minLength: 2, maxLength: 40 }),
      (errorMs, answers) => {
        const local = createManualClock();
        const server = createServerClock(local);
        const pass = (ms: number) => local.advance(ms);
        for (const { pauseMs, thereMs, backMs } of answers) {
          pass(pauseMs);
          const sentAtMs = local.now();
          pass(thereMs);
          const date = httpDate(local.now() - errorMs);
          pass(backMs);
          server.learn(date, sentAtMs, local.now());
          expect(Math.abs(server.now() - (local.now() - errorMs))).toBeLessThan(1000 + thereMs + backMs);
        }
      },
    ),
  );
});

test('does not move while the answers agree with it, although their second is cut', () => {
  const local = createManualClock(Date.parse('2025-07-18T07:11:03.000Z'));
  const server = createServerClock(local);
  for (let i = 0; i < 50; i += 1) {
    local.advance(137);
    server.learn(httpDate(local.now()), local.now(), local.now());
    expect(server.now()).toBe(local.now());
  }
});

test('the latest Date is known as it stands, cut to the second', () => {
  const local = createManualClock();
  const server = createServerClock(local);
  expect(server.dateMs()).toBeNull();
  server.learn('Fri, 18 Jul 2025 07:11:02 GMT', local.now() - 300, local.now());
  expect(server.dateMs()).toBe(Date.parse('2025-07-18T07:11:02Z'));
});

test('a fast answer makes the time finer than a slow one of the same second', () => {
  const local = createManualClock(Date.parse('2025-07-18T07:11:03.900Z'));
  const server = createServerClock(local);
  const date = 'Fri, 18 Jul 2025 06:11:03 GMT';
  server.learn(date, local.now() - 1_600, local.now());
  server.learn(date, local.now(), local.now());
  expect(Math.abs(server.now() + hourMs - local.now())).toBeLessThan(1_000);
});

/** A local clock, SecMaster's time, and answers of SecMaster; the two tell the same time at first. */
function setUp() {
  const local = createManualClock(Date.parse('2025-07-18T07:11:03.000Z'));
  const server = createServerClock(local);
  let trueMs = local.now();
  const learn = (date: string | undefined) => server.learn(date, local.now(), local.now());
  return {
    server,
    pass(ms: number) {
      trueMs += ms;
      local.advance(ms);
    },
    /** The machine sleeps, and its clock doesn't. */
    sleep(ms: number) {
      trueMs += ms;
      local.set(local.now() + ms);
    },
    /** The local clock is set, SecMaster's isn't. */
    jump: (ms: number) => local.set(local.now() + ms),
    errorMs: () => server.now() - trueMs,
    learn,
    answer: (offMs = 0) => learn(httpDate(trueMs + offMs)),
    /** The Date that is always the same. */
    stale: () => learn('Fri, 18 Jul 2025 06:00:00 GMT'),
  };
}
type World = ReturnType<typeof setUp>;

/** Answers ten seconds apart, each with a Date that is off by so much. */
function answers({ pass, answer }: World, ...offs: readonly number[]): void {
  for (const offMs of offs) {
    pass(10_000);
    answer(offMs);
  }
}

const dayMs = 24 * hourMs;

describe('the time is right', () => {
  test.each<[string, (world: World) => void]>([
    ['although one Date among right ones is an hour ahead', (world) => answers(world, 0, 0, hourMs)],
    ['although one Date among right ones is half a minute behind', (world) => answers(world, 0, 0, -30_000)],
    ['once a second Date contradicts a first that was wrong', (world) => answers(world, hourMs, 0)],
    [
      'once the local clock confirms a Date, after three that were wrong',
      (world) => answers(world, hourMs, hourMs, hourMs, 0),
    ],
    [
      'although the local clock is wrong, and one Date is wrong otherwise',
      (world) => {
        world.jump(2 * hourMs);
        answers(world, 0, 0, 0, hourMs);
      },
    ],
    [
      'although the local clock is wrong, and two of five Dates are',
      (world) => {
        world.jump(2 * hourMs);
        answers(world, 0, hourMs, 0, hourMs, 0);
      },
    ],
    [
      'after the first answer since the local clock has jumped by a year',
      (world) => {
        answers(world, 0, 0, 0, 0, 0);
        world.jump(365 * dayMs);
        answers(world, 0);
      },
    ],
    [
      'after the first answer since the machine has slept for a day',
      (world) => {
        answers(world, 0, 0, 0, 0, 0);
        world.sleep(dayMs);
        answers(world, 0);
      },
    ],
    [
      'with a Date that has always stood still',
      (world) => {
        for (let i = 0; i < 4; i++) {
          world.stale();
          world.pass(1_000);
        }
      },
    ],
    [
      'with a Date that stands still after right ones, although the local clock is wrong',
      (world) => {
        world.jump(2 * hourMs);
        answers(world, 0, 0, 0);
        for (let i = 0; i < 20; i++) {
          world.stale();
          world.pass(30_000);
        }
      },
    ],
    [
      'with no Date any more, although the local clock is wrong',
      (world) => {
        world.jump(2 * hourMs);
        answers(world, 0);
        world.pass(hourMs);
        world.learn(undefined);
      },
    ],
    [
      'with a Date that stood still and goes on, although the local clock is wrong',
      (world) => {
        world.jump(2 * hourMs);
        world.stale();
        world.pass(5_000);
        world.stale();
        answers(world, 0);
      },
    ],
    [
      'although many answers of one second come with one that is wrong, and the local clock is wrong',
      (world) => {
        world.jump(2 * hourMs);
        answers(world, 0, 0);
        world.pass(10_000);
        for (let i = 0; i < 20; i++) world.answer(hourMs);
      },
    ],
  ])('%s', (_, happen) => {
    const world = setUp();
    happen(world);
    expect(Math.abs(world.errorMs())).toBeLessThan(1_000);
  });
});

test('a Date that is wrong for good is followed once five have agreed', () => {
  const world = setUp();
  const errors = [0, 0, 0, hourMs, hourMs, hourMs, hourMs, hourMs].map((offMs) => {
    answers(world, offMs);
    return Math.round(world.errorMs() / hourMs);
  });
  expect(errors).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
});

test.each<[string, (world: World) => void, string | null]>([
  ['they agree', (world) => answers(world, 59_000, 0, -59_000), null],
  ['one Date is wrong', (world) => answers(world, 0, hourMs), null],
  ['there is no Date', (world) => world.learn(undefined), null],
  ['the Date is ahead', (world) => answers(world, hourMs), "this machine's clock is 60 min behind the Date"],
  [
    'the local clock has jumped ahead',
    (world) => {
      answers(world, 0, 0, 0);
      world.jump(5 * 60_000);
      answers(world, 0);
    },
    "this machine's clock is 5 min ahead of the Date",
  ],
])('what is said when %s', (_, happen, said) => {
  const world = setUp();
  happen(world);
  if (said === null) expect(world.server.problem()).toBeNull();
  else expect(world.server.problem()).toContain(said);
});

test.each<[string, (world: World) => void]>([
  ['has none', (world) => world.learn(undefined)],
  ['has an unreadable one', (world) => world.learn('soon')],
  ['has one that others contradict', (world) => world.answer(hourMs)],
  [
    'has one that stands still',
    (world) => {
      world.stale();
      world.pass(4_000);
      world.stale();
    },
  ],
])('there is no latest Date if the latest answer %s', (_, happen) => {
  const world = setUp();
  answers(world, 0, 0);
  expect(world.server.dateMs()).not.toBeNull();
  happen(world);
  expect(world.server.dateMs()).toBeNull();
});
