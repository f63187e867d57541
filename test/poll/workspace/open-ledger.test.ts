import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Ledger } from '../../../src/ledger/store.ts';
import { openLedger } from '../../../src/poll/workspace/open-ledger.ts';
import { noFilters } from '../../../src/secmaster/api/filters.ts';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';
import { defaultWorkspace } from '../../../src/simulator/defaults.ts';
import { createManualClock } from '../../../src/simulator/manual-clock.ts';
import { createSimulator } from '../../../src/simulator/simulator.ts';
import { createClientInProcess } from '../../support/secmaster/in-process.ts';

const startMs = Date.parse('2026-07-18T12:00:00Z');
const hourMs = 3_600_000;
const { signal } = new AbortController();
const ledger = {} as Ledger;

/** Opens the ledger, which doesn't exist yet, at `startMs` on a machine whose clock is off by so much. */
async function create(behaviour: BehaviourChange, localErrorMs: number) {
  const clock = createManualClock(startMs - 2 * hourMs);
  // A Date that stands still does so from here on.
  const simulator = createSimulator({ clock, behaviour });
  clock.advance(2 * hourMs);
  const lines: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const local = { ...clock, now: () => clock.now() + localErrorMs };
  const created: { nowMs: number; fromMinute: number }[] = [];
  const held = {
    open: async () => null,
    create: async (nowMs: number, fromMinute: number) => {
      created.push({ nowMs, fromMinute });
      return ledger;
    },
  };
  const opened = openLedger(
    {
      held,
      secmaster: createClientInProcess(simulator, { clock: local, log, filters: noFilters }),
      settings: { workspaceId: defaultWorkspace.id, lookbackMs: 24 * hourMs },
      sleep: local.sleep,
      log,
    },
    signal,
  );
  expect(await clock.until(opened)).toBe(ledger);
  const [{ nowMs, fromMinute } = { nowMs: Number.NaN, fromMinute: Number.NaN }] = created;
  expect(fromMinute).toBe(Math.floor((nowMs - 24 * hourMs) / 60_000));
  return {
    /** Against SecMaster's time when it was created. */
    errorMs: nowMs - clock.now(),
    requests: simulator.requests.count('ListAopWorkflowInstance'),
    problem: lines.find(({ problem }) => problem !== undefined)?.problem ?? null,
    /** What is told as a warning. */
    warnings: lines.filter(({ level }) => level === 40).map(({ msg }) => msg),
  };
}

const wrongDate = { offMs: hourMs };
const behind = "this machine's clock is 60 min behind the Date of SecMaster's responses";
const ahead = "this machine's clock is 60 min ahead of the Date of SecMaster's responses";
const unusable = "SecMaster's responses have no usable Date";

test.each<[string, BehaviourChange['time'], localErrorMs: number, errorMs: number, requests: number, string | null]>([
  ['all is right', {}, 0, 0, 1, null],
  ['the clocks differ by half a minute', { offMs: 30_000 }, 0, 30_000, 1, null],
  ['one Date is an hour ahead', { ...wrongDate, offAnswers: 1 }, 0, 0, 2, null],
  ['one Date is an hour behind', { offMs: -hourMs, offAnswers: 1 }, 0, 0, 2, null],
  ['three Dates are an hour ahead', { ...wrongDate, offAnswers: 3 }, 0, 0, 4, null],
  ['the Date is in another form', { date: 'iso' }, 0, 0, 1, null],
  ['the local clock is an hour behind', {}, -hourMs, 0, 6, behind],
  ['the local clock is an hour ahead', {}, hourMs, 0, 6, ahead],
  ['the local clock is wrong, and one Date too', { offMs: -2 * hourMs, offAnswers: 1 }, hourMs, 0, 6, ahead],
  ['each Date is an hour ahead', wrongDate, 0, hourMs, 6, behind],
  ['there is no Date', { date: 'absent' }, 0, 0, 6, unusable],
  ['the Date has stood still for two hours', { date: 'constant' }, 0, 0, 6, unusable],
])('when %s', async (_, time, localErrorMs, errorMs, requests, problem) => {
  const created = await create({ time }, localErrorMs);
  expect(created.errorMs).toBe(errorMs);
  expect(created.requests).toBe(requests);
  if (problem === null) expect(created.problem).toBeNull();
  else expect(created.problem).toContain(problem);
});

test('is told as a warning, with the time since which is counted', async () => {
  expect((await create({}, 0)).warnings).toEqual(['ledger created; counters start now']);
});

test('is created although SecMaster refuses to sort by update_time, and asks again as it may', async () => {
  const behaviour = { order: { sortKey: 'update-time-refused' }, time: { ...wrongDate, offAnswers: 2 } } as const;
  expect(await create(behaviour, 0)).toMatchObject({ errorMs: 0, requests: 3, problem: null });
});
