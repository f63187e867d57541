import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createWatchdog } from '../../../src/poll/fleet/watchdog.ts';

/** Five intervals are 50 s. */
function watched() {
  const logged: { msg: string }[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  let at = { nowMs: 0, elapsedMs: 0 };
  const watchdog = createWatchdog(() => 50_000, at, log);
  const pass = (ms: number) => {
    at = { nowMs: at.nowMs + ms, elapsedMs: at.elapsedMs + ms };
  };
  return {
    watchdog,
    logged,
    pass,
    begun: () => watchdog.begun(at),
    look(seconds: number, { isAny = true, underWay = ['prod'] as readonly string[] } = {}) {
      for (let i = 0; i < seconds; i++) {
        pass(1_000);
        watchdog.look(at, { isAny, underWay: () => underWay });
      }
    },
  };
}

const stalled = 'no poll has begun for five intervals of poll.schedule (50 s); not yet ended: the polls of prod';

test('five intervals without a poll are told once, and that polls go on too', () => {
  const { watchdog, logged, look, begun } = watched();
  look(49);
  expect(watchdog.stall()).toBeNull();
  look(100);
  expect(watchdog.stall()).toBe(stalled);
  begun();
  expect(watchdog.stall()).toBeNull();
  look(49);
  expect(logged).toEqual([
    { level: 40, seconds: 50, workspaces: ['prod'], msg: 'no poll has begun for five intervals of the schedule' },
    { level: 30, msg: 'polls begin again' },
  ]);
  look(1);
  expect(watchdog.stall()).toBe(stalled);
  expect(logged).toHaveLength(3);
});

test('polls that begin are no news, however long they take', () => {
  const { watchdog, logged, look, begun } = watched();
  for (let i = 0; i < 10; i++) {
    look(40);
    begun();
  }
  expect([watchdog.stall(), logged]).toEqual([null, []]);
});

test('a process that was stopped has missed nothing meanwhile', () => {
  const { watchdog, look, pass } = watched();
  pass(86_400_000);
  look(40);
  expect(watchdog.stall()).toBeNull();
  look(10);
  expect(watchdog.stall()).toBe(stalled);
});

test('where there is nothing to poll, nothing is missed', () => {
  const { watchdog, logged, look } = watched();
  look(100, { isAny: false });
  expect([watchdog.stall(), logged]).toEqual([null, []]);
});

test('a stall without a poll that is held names none', () => {
  const { watchdog, look } = watched();
  look(50, { underWay: [] });
  expect(watchdog.stall()).toBe('no poll has begun for five intervals of poll.schedule (50 s)');
});
