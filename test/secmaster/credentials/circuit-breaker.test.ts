import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createCircuitBreaker } from '../../../src/secmaster/credentials/circuit-breaker.ts';
import { SecMasterError } from '../../../src/secmaster/http/errors.ts';
import { createManualClock } from '../../../src/simulator/manual-clock.ts';

const never = new AbortController().signal;

/** A circuit breaker and calls whose ends are in the test's hand. */
function setUp() {
  const clock = createManualClock();
  const breaker = createCircuitBreaker(clock, pino({ level: 'silent' }));
  let begun = 0;
  let fingerprint = 'first';
  const begin = (secondChance = () => false, signal = never) => {
    const ends: PromiseWithResolvers<void>[] = [];
    const result = breaker.run(
      {
        operation: 'list_instances',
        attempt: () => {
          begun += 1;
          const end = Promise.withResolvers<void>();
          ends.push(end);
          return end.promise;
        },
        secondChance,
        refresh: async () => {},
        fingerprint: () => fingerprint,
      },
      signal,
    );
    result.catch(() => {});
    return {
      result,
      accept: () => ends.at(-1)?.resolve(),
      refuse: () =>
        ends.at(-1)?.reject(new SecMasterError('unauthorized', 'list_instances', '401', { httpStatus: 401 })),
      fail: () => ends.at(-1)?.reject(new SecMasterError('timeout', 'list_instances', 'no answer')),
    };
  };
  const change = (to: string) => {
    fingerprint = to;
  };
  return { clock, begin, begun: () => begun, change };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('one call at a time until one has succeeded, then all at once', async () => {
  const { begin, begun } = setUp();
  const [first, second, third] = [begin(), begin(), begin()];
  await settle();
  expect(begun()).toBe(1);
  first.fail();
  await settle();
  expect(begun()).toBe(2);
  second.accept();
  await settle();
  expect(begun()).toBe(3);
  third.accept();
  begin();
  begin();
  await settle();
  expect(begun()).toBe(5);
});

test('several refused at once open it for a minute, not for longer', async () => {
  const { begin, begun, clock } = setUp();
  const opener = begin();
  await settle();
  opener.accept();
  await opener.result;
  const calls = [begin(), begin(), begin()];
  await settle();
  for (const call of calls) call.refuse();
  for (const call of calls) await expect(call.result).rejects.toMatchObject({ httpStatus: 401 });
  await clock.turn(59_999);
  await expect(begin().result).rejects.toMatchObject({ httpStatus: null });
  await clock.turn(1);
  begin();
  await settle();
  expect(begun()).toBe(5);
});

test.each([-365, -1, 365])(
  'a wall clock that is set by %i days keeps it open for its minute, and no longer',
  async (days) => {
    const { begin, begun, clock } = setUp();
    const call = begin();
    await settle();
    call.refuse();
    await expect(call.result).rejects.toMatchObject({ httpStatus: 401 });
    clock.set(clock.now() + days * 86_400_000);
    await clock.turn(59_999);
    await expect(begin().result).rejects.toMatchObject({ httpStatus: null });
    await clock.turn(1);
    begin();
    await settle();
    expect(begun()).toBe(2);
  },
);

test('what it says of its wait is the same each time, so that it is news once', async () => {
  const { begin, clock } = setUp();
  const call = begin();
  await settle();
  call.refuse();
  await settle();
  const messages = new Set<string>();
  for (let i = 0; i < 5; i++) {
    // NTP corrects the wall clock a little.
    clock.set(clock.now() + 7);
    await clock.turn(1_000);
    await begin().result.catch((error: Error) => messages.add(error.message));
  }
  expect([...messages]).toEqual([expect.stringContaining('waiting until 2025-07-18T07:12:03.000Z because')]);
});

test('a success that was under way neither closes it again nor forgets the refusal', async () => {
  const { begin, begun, clock } = setUp();
  const opener = begin();
  await settle();
  opener.accept();
  await opener.result;
  const [slow, refused] = [begin(), begin()];
  await settle();
  refused.refuse();
  await settle();
  slow.accept();
  await slow.result;
  await expect(begin().result).rejects.toMatchObject({ kind: 'unauthorized', httpStatus: null });
  expect(begun()).toBe(3);
  await clock.turn(60_000);
  const later = begin();
  await settle();
  later.refuse();
  await settle();
  await clock.turn(119_999);
  await expect(begin().result).rejects.toMatchObject({ httpStatus: null });
  expect(begun()).toBe(4);
});

test('a second chance is one, and one alone', async () => {
  const { begin, begun } = setUp();
  const call = begin(() => true);
  await settle();
  call.refuse();
  await settle();
  expect(begun()).toBe(2);
  call.refuse();
  await expect(call.result).rejects.toMatchObject({ httpStatus: 401 });
  expect(begun()).toBe(2);
  await expect(begin(() => true).result).rejects.toMatchObject({ httpStatus: null });
});

test('who waits for the first call may give up', async () => {
  const { begin, begun } = setUp();
  begin();
  const caller = new AbortController();
  const waiting = begin(undefined, caller.signal);
  await settle();
  caller.abort();
  await expect(waiting.result).rejects.toMatchObject({ name: 'SecMasterError', kind: 'aborted' });
  expect(begun()).toBe(1);
});

/** Begins a call each second for so long and has each refused; how many were let through, in any five minutes at most. */
async function maxRefused(
  secondChance: () => boolean,
  onSecond: (second: number, change: (to: string) => void) => void,
) {
  const { begin, begun, change, clock } = setUp();
  const at: number[] = [];
  for (let second = 0; second < 1_800; second += 1) {
    onSecond(second, change);
    const call = begin(secondChance);
    await settle();
    while (at.length < begun()) {
      at.push(second);
      call.refuse();
      await settle();
    }
    await clock.turn(1_000);
  }
  return Math.max(...at.map((from) => at.filter((time) => time >= from && time < from + 300).length));
}

test.each<[string, () => boolean, (second: number, change: (to: string) => void) => void, number]>([
  ['that stay as they are', () => false, () => {}, 3],
  ['that may always be better the second time', () => true, () => {}, 4],
  ['that the user changes every ten seconds', () => false, (second, change) => change(`${Math.floor(second / 10)}`), 3],
])('wrong credentials %s are refused no more than a few times in any five minutes', async (_, again, onSecond, max) => {
  expect(await maxRefused(again, onSecond)).toBe(max);
});

test('other credentials in place are tried at once', async () => {
  const { begin, begun, change } = setUp();
  const call = begin();
  await settle();
  call.refuse();
  await expect(call.result).rejects.toMatchObject({ httpStatus: 401 });
  await expect(begin().result).rejects.toMatchObject({ httpStatus: null });
  change('second');
  const mended = begin();
  await settle();
  expect(begun()).toBe(2);
  mended.accept();
  await mended.result;
});

test('calls that were under way together while credentials were replaced all get their second chance', async () => {
  const { begin, begun } = setUp();
  const opener = begin();
  await settle();
  opener.accept();
  await opener.result;
  const calls = Array.from({ length: 8 }, () => begin(() => true));
  await settle();
  for (const call of calls) call.refuse();
  for (const call of calls) {
    await settle();
    call.accept();
    await call.result;
  }
  expect(begun()).toBe(17);
});
