import { expect, test } from 'vitest';
import type { SweepPart } from '../../src/ledger/change.ts';
import { allOf, down, span } from '../../src/poll/parts.ts';
import type { Session } from '../../src/poll/session.ts';
import { createSweepLog, gapGivenUp } from '../../src/poll/sweep-log.ts';
import { createSoc, type SimulatedSoc } from '../support/world/simulated-soc.ts';

const lines = ({ logged }: SimulatedSoc) => logged.filter(({ msg }) => msg === 'history sweep in progress');

/** A first poll that sweeps 1,000 instances, with so many milliseconds for each request. */
async function sweepAt(requestMs: number): Promise<SimulatedSoc> {
  let advance = () => {};
  const soc = createSoc({
    through: (secmaster) => ({
      ...secmaster,
      listInstances: (...asked) => {
        advance();
        return secmaster.listInstances(...asked);
      },
    }),
  });
  for (let n = 0; n < 1_000; n += 1)
    soc.world.finish(soc.world.start(soc.now() - n * 60_000), soc.now() - n * 60_000 + 1);
  advance = () => soc.turn(requestMs);
  await soc.poll();
  return soc;
}

test('a sweep that takes longer than ten seconds says every ten seconds how far it is', async () => {
  const soc = await sweepAt(5_000);
  expect(lines(soc).length).toBeGreaterThan(3);
  expect(lines(soc)[0]).toMatchObject({
    level: 30,
    instances: expect.any(Number),
    requests: 3,
    partsLeft: expect.any(Number),
    leftFrom: expect.stringMatching(/^2026-/),
  });
  const read = lines(soc).map((line) => ('instances' in line ? Number(line.instances) : 0));
  expect(read).toEqual(read.toSorted((a, b) => a - b));
});

test('a quick sweep says nothing but that it is complete', async () => {
  const soc = await sweepAt(10);
  expect(lines(soc)).toEqual([]);
  expect(soc.logged.map(({ msg }) => msg)).toContain('history sweep complete');
});

const minuteMs = 60_000;

/** A log on a clock of its own, with what is left to sweep. */
function logging(...parts: readonly SweepPart[]) {
  const lines: object[] = [];
  const write = (level: string) => (fields: object | string, msg?: string) =>
    void lines.push(typeof fields === 'string' ? { level, msg: fields } : { level, ...fields, msg });
  let nowMs = 0;
  // Nothing else of a session is used.
  const session = {
    ledger: { sweep: async () => parts },
    log: { info: write('info'), warn: write('warn'), debug: write('debug') },
  } as unknown as Session;
  const turn = (ms: number) => {
    nowMs += ms;
  };
  return { lines, session, turn, sweepLog: createSweepLog(() => nowMs) };
}

const gap = allOf('RUNNING');

test.each([
  ['by their dates', [span(2 * minuteMs, 3 * minuteMs), span(0, minuteMs)], { leftFrom: 0, leftTo: 3 * minuteMs }],
  [
    'of those that have any',
    [allOf('RUNNING'), span(minuteMs, 2 * minuteMs)],
    { leftFrom: minuteMs, leftTo: 2 * minuteMs },
  ],
  ['from the oldest on, where they are read from the newest down', [down(minuteMs)], { leftFrom: minuteMs }],
  ['nothing of lists of a status', [allOf('RUNNING')], {}],
])('the span of what is left is told: %s', async (_, parts, times) => {
  const { sweepLog, session, turn, lines } = logging(...parts);
  await sweepLog.read(session, gap, 100);
  turn(10_000);
  await sweepLog.read(session, gap, 50);
  const told = Object.entries(times).map(([name, ms]) => [name, new Date(ms).toISOString()]);
  const counts = { instances: 150, requests: 2, partsLeft: parts.length };
  const line = { level: 'info', ...counts, ...Object.fromEntries(told), msg: 'history sweep in progress' };
  expect(lines).toEqual([line]);
});

test('why parts cannot be read is a warning once an hour for each reason, however many parts it concerns', () => {
  const { sweepLog, session, turn, lines } = logging();
  const told = (problem: string) => {
    const verdict = { kind: 'problem', problem, parts: [] } as const;
    sweepLog.judged(session, allOf('FAILED'), verdict, { kind: 'tried', atMs: 0, items: [] });
    return lines.pop();
  };
  const line = {
    status: 'FAILED',
    retryInSeconds: 3_600,
    problem: 'too many',
    msg: 'part of the sweep could not be read completely',
  };
  expect(told('too many')).toEqual({ level: 'warn', ...line });
  expect(told('too many')).toEqual({ level: 'debug', ...line });
  expect(told('in disorder')).toMatchObject({ level: 'warn' });
  turn(59 * minuteMs);
  expect(told('too many')).toMatchObject({ level: 'debug' });
  turn(minuteMs);
  expect(told('too many')).toMatchObject({ level: 'warn' });
});

test.each([
  ['a sweep', gap, ['history sweep in progress', 'history sweep complete']],
  ['an audit, whose end is no news', { ...gap, purpose: 'audit' as const }, ['audit in progress']],
])('%s is told by its name', async (_, part, told) => {
  const { sweepLog, session, turn, lines } = logging(part);
  await sweepLog.read(session, part, 100);
  turn(10_000);
  await sweepLog.read(session, part, 50);
  sweepLog.ended(session);
  expect(lines).toMatchObject(told.map((msg) => ({ msg })));
});

test('the end of a sweep is news once, and again where its progress was', async () => {
  const { sweepLog, session, turn, lines } = logging(gap);
  const ended = async (ms: number) => {
    await sweepLog.read(session, gap, 100);
    turn(ms);
    await sweepLog.read(session, gap, 50);
    sweepLog.ended(session);
    return lines.pop();
  };
  expect(await ended(1_000)).toMatchObject({ level: 'info', msg: 'history sweep complete' });
  expect(await ended(1_000)).toMatchObject({ level: 'debug' });
  expect(await ended(10_000)).toMatchObject({ level: 'info' });
  expect(await ended(1_000)).toMatchObject({ level: 'debug' });
});

test('what was dropped unread is told in one line with its span, once; an audit was read before, and history counts nothing', () => {
  const { sweepLog, session, lines } = logging();
  const outcome = { kind: 'given_up', knownSinceMs: 0, items: [] } as const;
  const problem = { kind: 'problem', problem: 'too many', parts: [] } as const;
  sweepLog.judged(session, span(2 * minuteMs, 3 * minuteMs), problem, outcome);
  lines.length = 0;
  sweepLog.gaveUp(span(0, minuteMs));
  sweepLog.gaveUp({ ...span(0, 9 * minuteMs), purpose: 'audit' });
  sweepLog.gaveUp({ ...span(0, 9 * minuteMs), purpose: 'history' });
  sweepLog.tellGivenUp(session);
  sweepLog.tellGivenUp(session);
  const times = { from: new Date(0).toISOString(), to: new Date(3 * minuteMs).toISOString() };
  expect(lines).toEqual([{ level: 'warn', parts: 2, ...times, msg: gapGivenUp }]);
});
