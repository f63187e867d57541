import { defaultWorkspace } from '../../../src/simulator/defaults.ts';
import { behavioursOf, blindSpotsOf } from './blind-spots.ts';
import { counterDifferences, labelsOf } from './compare.ts';
import { createConfessions } from './confessions.ts';
import { createPatience } from './patient.ts';
import { lookbackMs } from './simulated-soc.ts';
import { createRun, ledgerWitness, type Run } from './world-run.ts';
import { healAll } from './world-steps.ts';
import { type Schedule, smoothPoll, type WorldPlan } from './worlds.ts';

/** How a world ended that was polled through a server of whatever behaviour. */
export interface Outcome {
  /** Every counter is true; or it isn't, and that was said: as a gap, or as a failure; or nobody said so. */
  readonly verdict: 'true' | 'confessed' | 'failing' | 'silent';
  readonly isComplete: boolean;
  readonly differences: readonly string[];
  readonly polls: readonly PollRecord[];
}

export interface PollRecord {
  readonly atMs: number;
  readonly requests: number;
  /** Of them. */
  readonly bound: number;
  readonly isComplete: boolean;
  readonly isUp: boolean;
  /** Warnings and errors. */
  readonly lines: readonly string[];
}

/** Requests of one poll at the most, by the number of instances that are new in the ledger. */
export type Bound = (newInstances: number) => number;

/** What every line of the log has. */
const unsaid = {
  level: undefined,
  time: undefined,
  pid: undefined,
  hostname: undefined,
  workspace: undefined,
  workspace_id: undefined,
};

const minuteMs = 60_000;

type Polls = readonly (readonly [minutesBetween: number, times: number])[];
/** More than the hour by which a replica may lag, and after which what failed is tried again, a few times. */
const quietHours: Polls = [
  [6, 12],
  [20, 6],
  [61, 2],
];
/** More than the lookback, and than the day after which what is known of SecMaster is looked at again. */
const quietDays: Polls = [
  [7 * 60, 4],
  [6, 2],
];

/** How wrong SecMaster's time may be where a ledger begins, if not all of its answers say so. */
const punctualMs = 5_000;

/** Lets a world and its polls go by, and then nothing happen for hours, for a day, and for a while again. */
export async function liveUnkindly(plan: WorldPlan, schedule: Schedule, boundOf: Bound): Promise<Outcome> {
  const blindSpots = blindSpotsOf(behavioursOf(plan));
  const confessions = createConfessions(lookbackMs / 2);
  const polls: PollRecord[] = [];
  const late: string[] = [];
  const patience = createPatience(
    () => run.soc.clock,
    () => boundOf(run.soc.world.all.length),
  );

  const run = createRun(plan, (store) => ({ ...ledgerWitness(store), isBlindTo: blindSpots.isBlindTo }), {
    through: patience.through,
    watched,
  });
  const { soc } = run;

  async function watched(poll: () => Promise<void>, { state }: Run): Promise<void> {
    const before = await state();
    const { behaviour } = soc.simulator;
    if (before === null) {
      soc.turn(blindSpots.quietMs);
      // What a behaviour remembers begins with the ledger: a Date that stands still is right then.
      behaviour.patch({});
    }
    const atMs = soc.now();
    const logged = soc.logged.length;
    await poll();
    const after = await state();
    if (before === null && after !== null) {
      const { offMs, offAnswers } = behaviour.get().time;
      const isLasting = offMs !== 0 && offAnswers !== 1;
      const isPunctual = after.createdAtMs > atMs - punctualMs && after.createdAtMs < soc.now() + punctualMs;
      if (!isPunctual && !isLasting) late.push(`ledger begun ${after.createdAtMs - atMs} ms off`);
      // Nobody knows yet whether what happens before it begins will count.
      if (after.createdAtMs > soc.now()) soc.turn(after.createdAtMs - soc.now());
    }
    const lines = soc.logged.slice(logged).filter(({ level }) => level >= 40);
    const { snapshot, polls: reported } = soc.workspace.report();
    const record = {
      atMs,
      requests: patience.take(),
      bound: boundOf(Math.max(0, (after?.instances ?? 0) - (before?.instances ?? 0))),
      isComplete: snapshot?.windowComplete ?? false,
      isUp: reported.last?.error === null,
      lines: lines.map((line) => JSON.stringify({ ...line, ...unsaid })),
    };
    polls.push(record);
    confessions.hear(record, lines);
    if (isTooMuch(record)) throw new TooMuch();
  }

  async function check(): Promise<Pick<Outcome, 'verdict' | 'isComplete' | 'differences'>> {
    const state = await run.state();
    const sinceMs = state?.createdAtMs ?? 0;
    const truth = soc.simulator.truth(defaultWorkspace.id, { sinceMs, lookbackMs });
    const differences = [
      ...late,
      ...counterDifferences(await soc.exposition(), truth, blindSpots.leniency, labelsOf(state)),
    ];
    const { isComplete, isUp } = polls.at(-1) ?? { isComplete: false, isUp: false };
    if (differences.length === 0) return { verdict: 'true', isComplete, differences };
    if (!isUp) return { verdict: 'failing', isComplete, differences };
    return { verdict: confessions.areEnough() ? 'confessed' : 'silent', isComplete, differences };
  }

  async function liveOn(): Promise<Omit<Outcome, 'polls'>> {
    await run.goThrough(schedule);
    healAll(soc);
    blindSpots.disclose(soc);
    for (const [minutes, times] of quietHours) await pollEvery(run, minutes * minuteMs, times);
    const hoursLater = await check();
    for (const [minutes, times] of quietDays) await pollEvery(run, minutes * minuteMs, times);
    const daysLater = await check();
    if (hoursLater.verdict === 'silent' || daysLater.verdict !== 'silent') return hoursLater;
    // What was said to be missing stays so, and leaves the lookback; nothing else may be missing then.
    const isKnown = daysLater.differences.every((difference) => hoursLater.differences.includes(difference));
    return isKnown ? hoursLater : daysLater;
  }

  const end = await liveOn().catch(async (error) => {
    if (error instanceof TooMuch) return check();
    throw error;
  });
  await soc.store.close();
  return { ...end, polls };
}

export function isTooMuch({ requests, bound }: PollRecord): boolean {
  return requests > bound;
}

/** Ends a world. */
class TooMuch extends Error {}

async function pollEvery({ soc, poll }: Run, ms: number, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    soc.turn(ms);
    await poll(smoothPoll);
  }
}
