import { expect } from 'vitest';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';
import { type Span, startMany } from '../../../src/simulator/crowd.ts';
import { inForm } from '../../support/form.ts';
import { sampleValue } from '../../support/metrics/exposition.ts';
import { createSoc, type SimulatedSoc, type SocOptions } from '../../support/world/simulated-soc.ts';

export const playbook = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate host' };
/** Of runs that a test doesn't look at. */
export const oddPlaybook = { id: '9b1c2d3e-0000-3000-8000-000000000002', name: 'Odd' };
export const secondMs = 1_000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;

/** In the short form the first row, and then one of every so many. */
export function some<T>(rows: readonly T[], every: number): readonly T[] {
  return rows.filter((_, i) => inForm(i % every === 0, true));
}

/** So many requests of one poll are taken for no end of them. */
const maxRequests = 1_000;

/** A poll that asks without end fails, so that its test does. */
export function createBoundedSoc({ through = (one) => one, ...options }: SocOptions = {}): SimulatedSoc {
  let asked = { atMs: 0, requests: 0 };
  const soc = createSoc({
    ...options,
    through: (given) => {
      const secmaster = through(given);
      return {
        ...secmaster,
        async listInstances(...parameters) {
          // The clock stands still while it is polled.
          const nowMs = soc.now();
          asked = { atMs: nowMs, requests: asked.atMs === nowMs ? asked.requests + 1 : 1 };
          if (asked.requests > maxRequests) throw new Error(`${maxRequests} requests in one poll`);
          return secmaster.listInstances(...parameters);
        },
      };
    },
  });
  return soc;
}

/** So many runs, four at a time: one in twenty fails, one in fifty stays open. */
export function runs({ world }: SimulatedSoc, count: number, { fromMs, withinMs = 0 }: Span): void {
  const apartMs = withinMs / count;
  for (let i = 0; i < count; i++) {
    const atMs = fromMs + Math.floor(i * apartMs);
    const endMs = atMs + 1 + Math.floor(Math.min(i % 4, count - 1 - i) * apartMs);
    const id = world.start(atMs, { playbook });
    if (i % 20 === 7) world.fail(id, endMs, 'Query', 'timeout');
    else if (i % 50 !== 3) world.finish(id, endMs);
  }
}

/** They stay in the lookback for as long as a test takes. */
export function history(soc: SimulatedSoc, count: number): void {
  runs(soc, count, { fromMs: soc.now() - 20 * hourMs, withinMs: 19 * hourMs });
}

/** An hour passes, and so many runs within it. */
export function news(soc: SimulatedSoc, count: number): void {
  soc.turn(hourMs);
  runs(soc, count, { fromMs: soc.now() - 55 * minuteMs, withinMs: 54 * minuteMs });
}

export const moments = ['from the first start on', 'while it runs'] as const;
export type Moment = (typeof moments)[number] | 'from the middle of the first sweep on';

/** Each with every moment. */
export function atEach<T extends readonly unknown[]>(...rows: readonly T[]): [Moment, ...T][] {
  return moments.flatMap((moment: Moment) => rows.map((row): [Moment, ...T] => [moment, ...row]));
}

/** SecMaster behaves so from this moment on, and has so many runs that the exporter has yet to see. */
export async function behaving(
  moment: Moment,
  behaviour: BehaviourChange,
  count: number,
  known = 150,
): Promise<SimulatedSoc> {
  if (moment === 'while it runs') {
    const soc = await friendlyAtFirst(known);
    soc.simulator.behaviour.put(behaviour);
    news(soc, count);
    return soc;
  }
  const soc = createBoundedSoc(moment === 'from the first start on' ? { behaviour } : {});
  history(soc, count);
  if (moment === 'from the first start on') return soc;
  await soc.poll(() => false);
  soc.simulator.behaviour.put(behaviour);
  return soc;
}

/** All of its runs are counted. */
export async function friendlyAtFirst(count: number): Promise<SimulatedSoc> {
  const soc = createBoundedSoc();
  history(soc, count);
  for (let i = 0; i < 2; i++) await soc.poll();
  return soc;
}

/** But for the one of each new ledger. */
export function warnings({ logged }: SimulatedSoc): string[] {
  const told = logged.filter(({ level }) => level >= 40).map(({ msg }) => msg);
  return told.filter((msg) => !msg.startsWith('ledger created'));
}

export async function stateOf(soc: SimulatedSoc) {
  const text = await soc.exposition();
  return {
    up: sampleValue(text, 'secmaster_up'),
    windowComplete: sampleValue(text, 'secmaster_exporter_window_complete'),
    differences: await soc.differences(),
  };
}

export interface Patience {
  readonly polls?: number;
  /** Runs of this playbook may be counted or not. */
  readonly except?: string;
  /** Whether all must be known to be counted, not only be so. */
  readonly mustBeComplete?: boolean;
  /** Of each poll. */
  readonly hasTimeLeft?: () => () => boolean;
}

const counted = { up: 1, windowComplete: 1, differences: [] };

/** Polls every six minutes, until everything is counted or patience ends. */
export async function settle(soc: SimulatedSoc, patience: Patience = {}) {
  const { polls = 12, except, mustBeComplete = true, hasTimeLeft = () => () => true } = patience;
  let requests = 0;
  for (let poll = 1; ; poll++) {
    const took = await soc.poll(hasTimeLeft());
    expect(took, 'requests of one poll').toBeLessThan(maxRequests);
    requests += took;
    const state = await stateOf(soc);
    const differences = state.differences.filter((one) => except === undefined || !one.includes(except));
    const isCounted = differences.length === 0 && (state.windowComplete === 1 || !mustBeComplete) && state.up === 1;
    if (isCounted || poll === polls) return { ...state, differences, requests };
    soc.turn(6 * minuteMs);
  }
}

/** Everything is counted, and so is what comes next. */
export async function expectCounted(soc: SimulatedSoc, patience?: Patience): Promise<void> {
  expect(await settle(soc, patience)).toMatchObject(counted);
  soc.turn(6 * minuteMs);
  startMany(soc.world, 30, { fromMs: soc.now() - minuteMs, withinMs: 50_000 }, { playbook, isOpen: false });
  expect(await settle(soc, patience)).toMatchObject(counted);
}

/** Everything is counted, or window_complete is 0 and the log says why: once, not with every poll. */
export async function expectCountedOrSaid(soc: SimulatedSoc, patience?: Patience): Promise<void> {
  const { differences, windowComplete } = await settle(soc, patience);
  if (windowComplete === 1) expect(differences).toEqual([]);
  else expectSaid(soc);
}

/** Not all can be read. */
export async function expectSaidIncomplete(soc: SimulatedSoc, patience?: Patience): Promise<void> {
  expect(await settle(soc, patience)).toMatchObject({ windowComplete: 0 });
  expectSaid(soc);
}

function expectSaid(soc: SimulatedSoc): void {
  expect(warnings(soc).length, 'warnings').toBeGreaterThan(0);
  expect(warnings(soc).length, 'warnings').toBeLessThan(12);
}

/** The requests that so many polls take while nothing happens. */
export async function quietPolls(soc: SimulatedSoc, polls: number, everyMs: number): Promise<number> {
  let requests = 0;
  for (let i = 0; i < polls; i++) {
    soc.turn(everyMs);
    requests += await soc.poll();
  }
  return requests;
}
