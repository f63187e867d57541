import fc from 'fast-check';
import { expect, test } from 'vitest';
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
        const pass = (ms: number) => local.set(local.now() + ms);
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
    local.set(local.now() + 137);
    server.learn(httpDate(local.now()), local.now(), local.now());
    expect(server.now()).toBe(local.now());
  }
});

test('the latest Date is known as it stands, cut to the second', () => {
  const local = createManualClock();
  const server = createServerClock(local);
  expect(server.dateMs()).toBe(local.now());
  server.learn('Fri, 18 Jul 2025 09:30:15 GMT', local.now(), local.now() + 300);
  expect(server.dateMs()).toBe(Date.parse('2025-07-18T09:30:15Z'));
});
