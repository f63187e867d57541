import type { Entry } from '../../../src/ledger/entry.ts';
import type { LedgerState } from '../../../src/ledger/state.ts';
import type { Ledger } from '../../../src/ledger/store.ts';
import type { SecMaster } from '../../../src/secmaster/api/secmaster.ts';
import { defaultProject, defaultWorkspace } from '../../../src/simulator/defaults.ts';
import type { Instance } from '../../../src/simulator/instance.ts';
import { type CrashingStore, createCrashingStore } from '../ledger/crashing-store.ts';
import { createSoc, lookbackMs, type SimulatedSoc } from './simulated-soc.ts';
import { happen, healAll, type Witness } from './world-steps.ts';
import { type PollPlan, type Schedule, smoothPoll, type WorldPlan } from './worlds.ts';

const minuteMs = 60_000;
/** Longer than any of these worlds: what has left the retention is no longer known. */
const retentionMs = 365 * 24 * 60 * minuteMs;
const ledgerOf = ({ look }: CrashingStore): Promise<Ledger | null> =>
  look((store) => store.open({ projectId: defaultProject.id, workspaceId: defaultWorkspace.id }));
const stateOf = async (store: CrashingStore) => (await ledgerOf(store))?.state ?? null;

/** A world on its way. */
export interface Run {
  readonly soc: SimulatedSoc;
  /** What the ledger knows of itself; null: there is none yet. */
  state(): Promise<LedgerState | null>;
  /** Lets every step happen, with the polls between them. */
  goThrough(schedule: Schedule): Promise<void>;
  /** Polls as the schedule does. */
  poll(plan: PollPlan): Promise<void>;
}

export interface RunOptions {
  readonly onReport?: (soc: SimulatedSoc) => void;
  readonly nodes?: 'failed' | 'all';
  /** Between the poll and SecMaster. */
  readonly through?: (secmaster: SecMaster) => SecMaster;
  /** Around each poll. */
  readonly watched?: (poll: () => Promise<void>, run: Run) => Promise<void>;
}

export function createRun(
  { steps, behaviour, seed, labels = [] }: WorldPlan,
  witnessOf: (store: CrashingStore) => Witness,
  { onReport, nodes = 'failed', through = (secmaster) => secmaster, watched = (poll) => poll() }: RunOptions = {},
): Run {
  const crashing = createCrashingStore();
  const { store, crashAt, hasCrashed } = crashing;
  const witness = witnessOf(crashing);
  let position = 0;
  let pages = 0;
  let plan = smoothPoll;

  const soc = createSoc({
    store,
    behaviour,
    seed,
    settings: { nodes, labels, retentionMs },
    onReport: async () => onReport?.(soc),
    through: (client) => {
      const secmaster = through(client);
      return {
        ...secmaster,
        async listInstances(...args) {
          const page = await secmaster.listInstances(...args);
          if (plan.meanwhile.includes(++pages) && (await hasBegun())) await goOn();
          return page;
        },
      };
    },
  });

  const state = () => stateOf(crashing);

  /** A ledger may begin in the future, if SecMaster says that it is that late. */
  async function hasBegun(): Promise<boolean> {
    const ledger = await state();
    return ledger !== null && ledger.createdAtMs <= soc.now();
  }

  async function goOn(): Promise<void> {
    const step = steps[position++];
    if (step !== undefined) await happen(soc, step, witness);
  }

  async function pollNow(): Promise<void> {
    const { fault, sweepPages } = plan;
    pages = 0;
    if (fault !== null) soc.simulator.faults.add({ ...faultRules[fault.kind], skip: fault.skip, times: 1 });
    // The ledger begins with a whole second: what happens in that very second might be history or not.
    if ((await state()) === null) soc.turn(1_000 - (soc.now() % 1_000));
    crashAt(plan.crashAt);
    let left = sweepPages ?? Number.POSITIVE_INFINITY;
    await soc.poll(() => --left > 0);
    soc.simulator.faults.clear();
    const isDead = hasCrashed();
    crashAt(null);
    if (isDead) soc.restart();
  }

  const run: Run = {
    soc,
    state,
    poll(next) {
      plan = next;
      return watched(pollNow, run);
    },
    async goThrough(schedule) {
      while (position < steps.length) {
        const before = position;
        const next = schedule[position] ?? null;
        if (next !== null) await run.poll(next);
        if (position === before) await goOn();
      }
    },
  };
  return run;
}

/** Lets a world and its polls go by, and then polls in peace until the exporter knows all. `onReport` is called at each publication. */
export async function live(
  plan: WorldPlan,
  schedule: Schedule,
  witnessOf: (store: CrashingStore) => Witness,
  onReport?: (soc: SimulatedSoc) => void,
): Promise<SimulatedSoc> {
  const { soc, goThrough, poll } = createRun(plan, witnessOf, {
    nodes: 'all',
    ...(onReport !== undefined && { onReport }),
  });
  await goThrough(schedule);
  healAll(soc);
  await poll(smoothPoll);
  // Open instances that the tail doesn't meet are looked up after five minutes, a few in each poll.
  for (let i = 0; i < 4; i++) {
    soc.turn(6 * minuteMs);
    await poll(smoothPoll);
    // A list that has become empty is believed after an hour.
    if (i === 0 && soc.world.instances.size === 0) soc.turn(60 * minuteMs);
  }
  // What could not be read completely, such as a list that moved too much meanwhile, is tried again after an hour.
  if (soc.workspace.report().snapshot?.windowComplete === false) {
    soc.turn(61 * minuteMs);
    await poll(smoothPoll);
  }
  return soc;
}

const faultRules = {
  status: { kind: 'status', status: 500, operation: 'ListAopWorkflowInstance' },
  throttle: { kind: 'throttle', operation: 'ListAopWorkflowInstance' },
  html: { kind: 'html', status: 200, operation: 'ListAopWorkflowInstance' },
  garbage: { kind: 'garbage', operation: 'ListAopWorkflowInstance' },
  cut: { kind: 'cut', operation: 'ListAopWorkflowInstance' },
  reset: { kind: 'reset', operation: 'ListAopWorkflowInstance' },
} as const;

/** Whoever keeps the ledger has seen what is in it. */
export function ledgerWitness(store: CrashingStore): Witness {
  const entryOf = async ({ id }: Instance): Promise<Entry | undefined> => {
    const ledger = await ledgerOf(store);
    return ledger === null ? undefined : (await store.look(() => ledger.known([id]))).get(id);
  };
  return {
    sinceMs: async () => (await stateOf(store))?.createdAtMs ?? null,
    hasCaughtUp: async () => ((await stateOf(store))?.generation ?? 0) > 0,
    hasSeen: async (instance) => (await entryOf(instance)) !== undefined,
    async hasSeenLast(instance) {
      const entry = await entryOf(instance);
      if (entry === undefined || entry.status !== instance.status || entry.retryCount !== instance.retryCount)
        return false;
      // Some rows come without milliseconds, and some without a time.
      return (entry.startTimeMs === null) === (instance.startTimeMs === null);
    },
  };
}

/** Whoever has made one complete poll has seen what was in reach then, however he polls afterwards. */
export function firstPollWitness(store: CrashingStore): Witness {
  const sinceMs = async () => (await stateOf(store))?.createdAtMs ?? null;
  const wasInReach = async ({ events }: Instance): Promise<boolean> => {
    const atMs = (await sinceMs()) ?? Number.NEGATIVE_INFINITY;
    const before = events.filter((event) => event.atMs < atMs);
    const [first, last] = [before[0], before.at(-1)];
    if (first === undefined || last === undefined) return false;
    const raw = before.findLast(({ fields }) => fields?.raw !== undefined)?.fields?.raw ?? null;
    const hadEnded = ['FINISHED', 'FAILED', 'TERMINATED'].includes(last.status);
    return raw === null && (!hadEnded || first.atMs >= atMs - lookbackMs);
  };
  return {
    sinceMs,
    hasCaughtUp: async () => (await sinceMs()) !== null,
    hasSeen: wasInReach,
    hasSeenLast: async (instance) => {
      const atMs = (await sinceMs()) ?? Number.NEGATIVE_INFINITY;
      return (await wasInReach(instance)) && instance.events.every((event) => event.atMs < atMs);
    },
  };
}
