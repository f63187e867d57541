import { pino } from 'pino';
import type { Filters } from '../../../src/config/config.ts';
import { createSqliteStore } from '../../../src/ledger/sqlite/store.ts';
import type { Store } from '../../../src/ledger/store.ts';
import { workspaceFamilies } from '../../../src/metrics/families.ts';
import { type Declaration, type Sample, samplesOf } from '../../../src/metrics/family.ts';
import type { WorkspaceSettings } from '../../../src/poll/workspace/settings.ts';
import { createWorkspace, type Workspace } from '../../../src/poll/workspace/workspace.ts';
import { noFilters } from '../../../src/secmaster/api/filters.ts';
import type { SecMaster } from '../../../src/secmaster/api/secmaster.ts';
import { defaultProject, defaultWorkspace } from '../../../src/simulator/defaults.ts';
import type { Instance } from '../../../src/simulator/instance.ts';
import { createManualClock, type ManualClock } from '../../../src/simulator/manual-clock.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../../src/simulator/simulator.ts';
import type { World } from '../../../src/simulator/world.ts';
import { Killed } from '../ledger/crashing-store.ts';
import { expositionOf, scrapeOf } from '../metrics/exposition.ts';
import { createClientInProcess } from '../secmaster/in-process.ts';
import { differences, labelsOf, streakDifferences } from './compare.ts';
import { nodeDifferences, playbookDifferences } from './compare-playbooks.ts';
import { turning } from './turning.ts';
import { unreadPlaybooks } from './unread-playbooks.ts';

export const startMs = Date.parse('2026-07-18T12:00:00Z');
export const lookbackMs = 24 * 3_600_000;

/** A simulated SecMaster with one workspace and an exporter's poll of it, both in this process, on one manual clock. */
export interface SimulatedSoc {
  readonly simulator: Simulator;
  readonly clock: ManualClock;
  readonly world: World;
  readonly store: Store;
  readonly secmaster: SecMaster;
  readonly settings: WorkspaceSettings;
  /** The one that lives now, see `restart`. */
  readonly workspace: Workspace;
  readonly logged: readonly { readonly level: number; readonly msg: string }[];
  now(): number;
  turn(ms: number): void;
  /** Polls once, its sweep to the end, and gives the number of requests that it took. */
  poll(hasTimeLeft?: () => boolean): Promise<number>;
  /** The exporter's process ends as if killed, and another begins on the same ledger. */
  restart(): void;
  /** From the next poll on. */
  reconfigure(changed: Partial<WorkspaceSettings>): void;
  /** The ways in which the exposition differs from the simulator's truth. */
  differences(): Promise<string[]>;
  /** Those of failures in a row, once history has been read. */
  streakDifferences(): Promise<string[]>;
  /** Those of what it says of playbooks, workflows and nodes once history has been read. */
  playbookDifferences(): Promise<string[]>;
  exposition(): Promise<string>;
  /** Someone has scraped what is collected. */
  scraped(): void;
  /** What the exposition is made of. */
  collected(): { readonly family: Declaration; readonly samples: Iterable<Sample> }[];
}

export interface SocOptions extends Partial<SimulatorOptions> {
  /** The same SecMaster and ledger, as after a restart. */
  readonly after?: SimulatedSoc;
  /** When the clock begins. */
  readonly beganMs?: number;
  readonly store?: Store;
  readonly settings?: Partial<WorkspaceSettings>;
  readonly filters?: Filters;
  /** Between the poll and SecMaster, for what goes wrong on the way. */
  readonly through?: (secmaster: SecMaster) => SecMaster;
  /** Called at each publication, also in the middle of a poll. */
  readonly onReport?: () => Promise<void>;
}

// One for all: each would measure the process anew.
const made = expositionOf();

export function createSoc({
  after,
  beganMs = startMs,
  store = after?.store ?? createSqliteStore(':memory:'),
  through = (one) => one,
  settings: changed = {},
  filters = noFilters,
  onReport = async () => {},
  ...options
}: SocOptions = {}): SimulatedSoc {
  const clock = after?.clock ?? createManualClock(beganMs);
  const simulator = after?.simulator ?? createSimulator({ clock, tokenLifetimeMs: 1e12, ...options });
  const { world } = simulator.directory.workspace(defaultWorkspace.id);
  const logged: { level: number; msg: string }[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const secmaster = through(createClientInProcess(simulator, { clock, log, filters }));
  let settings: WorkspaceSettings = {
    retentionMs: 30 * 24 * 3_600_000,
    newSeriesHoldMs: 0,
    name: 'soc',
    projectId: defaultProject.id,
    workspaceId: defaultWorkspace.id,
    region: defaultProject.name,
    lookbackMs,
    durationBuckets: [1, 10, 60, 600],
    maxPlaybooks: 200,
    maxValues: 50,
    labels: [],
    nodes: 'failed' as const,
    failureGraceMs: 300_000,
    recentRuns: 50,
    ...changed,
  };
  /** `metrics.labels`; null: they have been others before. */
  let labels = after === undefined ? settings.labels : null;
  let scrapedMs: number | null = null;
  const parts = { secmaster, store, log, clock, onReport, lastScrapeMs: () => scrapedMs };
  const begin = () => createWorkspace(settings, parts);
  let workspace = begin();

  const collected = () =>
    workspaceFamilies.map((family) => ({
      family,
      samples: samplesOf(family, workspace.report(), settings.durationBuckets),
    }));
  const exposition = async () => {
    scrapedMs = clock.elapsedMs();
    await made.update([workspace.report()], settings.durationBuckets);
    return scrapeOf(made);
  };
  return {
    simulator,
    clock,
    world,
    store,
    secmaster,
    settings,
    get workspace() {
      return workspace;
    },
    restart() {
      workspace = begin();
    },
    reconfigure(changed) {
      if (changed.labels !== undefined) labels = null;
      settings = { ...settings, ...changed };
      workspace.reconfigure(settings, secmaster);
    },
    logged,
    now: clock.now,
    turn: clock.advance,
    collected,
    scraped() {
      scrapedMs = clock.elapsedMs();
    },
    exposition,
    async poll(hasTimeLeft = () => true) {
      const before = simulator.requests.count('ListAopWorkflowInstance');
      const { signal } = new AbortController();
      await turning(clock, workspace.poll(signal, hasTimeLeft));
      await turning(clock, workspace.afterPoll(signal)).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      return simulator.requests.count('ListAopWorkflowInstance') - before;
    },
    async streakDifferences() {
      const { failureGraceMs } = settings;
      const truth = simulator.truth(defaultWorkspace.id, { sinceMs: 0, lookbackMs, failureGraceMs });
      return streakDifferences(await exposition(), truth);
    },
    async differences() {
      const ledger = await store.open(settings);
      const sinceMs = ledger?.state.createdAtMs ?? 0;
      const truth = simulator.truth(defaultWorkspace.id, { sinceMs, lookbackMs, labels: labels ?? [] });
      const former = labelsOf(ledger?.state ?? null);
      return differences(await exposition(), truth, clock.now() - lookbackMs, former, labels !== null);
    },
    async playbookDifferences() {
      // Topologies that are read after a poll show from the next one on.
      await workspace.refresh();
      const ledger = await store.open(settings);
      const sinceMs = ledger?.state.createdAtMs ?? 0;
      const truth = simulator.truth(defaultWorkspace.id, { sinceMs, lookbackMs });
      const text = await exposition();
      const former = labelsOf(ledger?.state ?? null);
      const found = playbookDifferences(text, truth, {
        nowMs: clock.now(),
        windowStartMs: Math.floor((clock.now() - lookbackMs) / 60_000) * 60_000,
        former,
        unread: unreadPlaybooks(world.all, sinceMs - lookbackMs),
      });
      const isAll = settings.nodes === 'all' && !world.all.some(mayLoseNodes);
      return [...found, ...nodeDifferences(text, truth, former, isAll)];
    },
  };
}

/**
 * Nodes that began before the attempt before theirs ended are that one's. An attempt whose end_time was hidden is taken to have ended when
 * its row was read; and one that begins and ends in the millisecond in which the one before it ended can't be told from it.
 */
function mayLoseNodes({ events }: Instance): boolean {
  const ends = events.filter(({ kind }) => kind === 'failed' || kind === 'finished').map(({ atMs }) => atMs);
  return new Set(ends).size < ends.length || events.some(({ fields }) => typeof fields?.raw === 'function');
}
