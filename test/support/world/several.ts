import { pino } from 'pino';
import type { Clock } from '../../../src/clock.ts';
import { LedgerError } from '../../../src/ledger/store.ts';
import { coalesce } from '../../../src/metrics/coalesce.ts';
import type { WorkspaceReport } from '../../../src/model/report.ts';
import { createFleet, type Fleet } from '../../../src/poll/fleet/fleet.ts';
import type { Target } from '../../../src/poll/fleet/membership.ts';
import { startTimer, type Timer } from '../../../src/poll/fleet/timer.ts';
import type { WorkspaceSettings } from '../../../src/poll/workspace/settings.ts';
import type { SecMaster } from '../../../src/secmaster/api/secmaster.ts';
import { SecMasterError } from '../../../src/secmaster/http/errors.ts';
import type { ManualClock } from '../../../src/simulator/manual-clock.ts';
import {
  createMemoryReplicas,
  createSharedMemory,
  type SharedCall,
  type Trouble,
} from '../../ledger/memory-replicas.ts';
import { createSharedStore } from '../../ledger/memory-shared-store.ts';
import type { Disk } from '../../ledger/memory-store.ts';
import { expositionOf, parseExposition, scrapeOf } from '../metrics/exposition.ts';
import { sharedFamilies } from '../metrics/shared-families.ts';

/** Several exporters on one store, all in this process: what `serve` puts together, without HTTP. */
export interface Several {
  /** Begins another replica. */
  add(options?: ReplicaOptions): Promise<OneReplica>;
  /** Those that have not ended. */
  living(): readonly OneReplica[];
  readonly all: readonly OneReplica[];
  /** What must never happen: a handle that commits without having caught up, a counter that falls. */
  readonly wrongs: readonly string[];
  /** Lets time go by, for all. */
  turn(ms: number): Promise<void>;
  readonly disk: Disk;
}

export interface ReplicaOptions extends Partial<Net> {
  readonly name?: string;
  readonly targets?: readonly Target[];
  /** Of its configuration, where they differ from the others'. */
  readonly settings?: Partial<WorkspaceSettings>;
  /** By how much its clock is ahead. */
  readonly aheadMs?: number;
}

export interface OneReplica {
  readonly name: string;
  readonly fleet: Fleet<Target>;
  readonly logged: readonly Record<string, unknown>[];
  readonly net: Net;
  /** Its exposition, as a scrape. A counter that has fallen since the last one is a wrong. */
  scrape(): Promise<string>;
  reports(): readonly WorkspaceReport[];
  report(workspace: string): WorkspaceReport | undefined;
  /** The labels of the workspaces that it polls. */
  polls(): readonly string[];
  /** As SIGTERM. */
  stop(): Promise<void>;
  /** As kill -9. */
  kill(): void;
  /** As SIGSTOP, until it is called again with false. */
  pause(is: boolean): void;
}

/** What is wrong with what a replica reaches. */
export interface Net {
  /** The store can't be reached. */
  isCut: boolean;
  /** SecMaster can't be reached. */
  isSecMasterCut: boolean;
  /** SecMaster answers only then, whether or not somebody still waits. */
  answersAfter: Promise<void>;
  /** A call to the store takes so long. */
  delayMs: number;
  /** Whether a call that has taken effect gets no answer. */
  losesAnswer: (call: SharedCall) => boolean;
}

export interface SeveralParts {
  readonly clock: ManualClock;
  /** By project. The calls of one replica. */
  readonly secmasterOf: (projectId: string, clock: Clock) => SecMaster;
  readonly targets: readonly Target[];
  readonly settings?: Partial<WorkspaceSettings>;
  readonly everyMs?: number;
  readonly leaseMs?: number;
}

export function createSeveral({
  clock,
  secmasterOf,
  targets,
  settings = {},
  everyMs = 30_000,
  leaseMs = 15_000,
}: SeveralParts): Several {
  const shared = createSharedMemory(clock.elapsedMs, leaseMs);
  const disk: Disk = new Map();
  const wrongs: string[] = [];
  const all: OneReplica[] = [];
  const ended = new Set<OneReplica>();

  async function add({
    name = `replica-${all.length}`,
    aheadMs = 0,
    targets: ofThis = targets,
    settings: ownSettings = {},
    ...wrong
  }: ReplicaOptions = {}) {
    const logged: Record<string, unknown>[] = [];
    const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
    const net: Net = {
      isCut: false,
      isSecMasterCut: false,
      answersAfter: Promise.resolve(),
      delayMs: 0,
      losesAnswer: () => false,
      ...wrong,
    };
    const gate = createGate();
    const own: Clock = {
      now: () => clock.now() + aheadMs,
      elapsedMs: clock.elapsedMs,
      async sleep(ms, signal) {
        await clock.sleep(ms, signal);
        await gate.passed();
      },
    };
    const trouble: Trouble = {
      async before() {
        await gate.passed();
        if (net.delayMs > 0) await clock.sleep(net.delayMs);
        await gate.passed();
        if (net.isCut) throw new LedgerError('the database cannot be reached');
      },
      async after(call) {
        await gate.passed();
        if (net.isCut || net.losesAnswer(call)) throw new LedgerError('the connection was lost');
      },
    };
    const replicas = createMemoryReplicas(shared, { name, trouble });
    const onStale = (change: string) => {
      if (change !== 'exposed') wrongs.push(`${name} commits ${change} without having caught up`);
    };
    const store = createSharedStore(disk, { replicas, trouble, onStale });
    let scrapedMs: number | null = null;
    const exposition = expositionOf({ now: own.now, elapsedMs: own.elapsedMs });
    let timer: Timer | null = null;
    let published: readonly WorkspaceReport[] = [];
    const fleet: Fleet<Target> = createFleet<Target>({
      settingsOf: (target, ids) => ({ ...defaults, ...target, ...ids, ...settings, ...ownSettings }),
      secmasterOf: (_, projectId) => reached(secmasterOf(projectId, own), gate, net),
      findProject: async ({ region }) => {
        await gate.passed();
        if (net.isSecMasterCut) throw new SecMasterError('network', 'list_projects', 'cannot be reached');
        return `project-of-${region}`;
      },
      store,
      log,
      clock: own,
      lastScrapeMs: () => scrapedMs,
      onReport: coalesce(async () => {
        await gate.passed();
        // Rendering takes real time, for which the clock would not wait.
        published = fleet.reports();
      }),
      onNew: (these) => timer?.pollNow(these),
    });
    const seen = new Map<string, number>();

    function notice(text: string): void {
      for (const { name: sample, labels, value } of parseExposition(sharedFamilies(text))) {
        if (!/_(total|count|bucket)$/.test(sample)) continue;
        const key = `${sample} ${JSON.stringify(labels)}`;
        const before = seen.get(key) ?? 0;
        if (value < before) wrongs.push(`${name}: ${key} fell from ${before} to ${value}`);
        seen.set(key, value);
      }
    }

    const one: OneReplica = {
      name,
      fleet,
      logged,
      net,
      async scrape() {
        await exposition.update(published, ownSettings.durationBuckets ?? defaults.durationBuckets);
        const text = await scrapeOf(exposition);
        scrapedMs = clock.elapsedMs();
        notice(text);
        return text;
      },
      reports: fleet.reports,
      report: (workspace) => fleet.reports().find((report) => report.workspace === workspace),
      polls: () => fleet.reports().flatMap(({ workspace, lease }) => (lease?.isHeld === true ? [workspace] : [])),
      async stop() {
        ended.add(one);
        await timer?.stop();
        await fleet.sharing?.stop();
      },
      kill() {
        ended.add(one);
        gate.close();
      },
      pause: (is) => (is ? gate.close() : gate.open()),
    };
    all.push(one);
    await fleet.configure(ofThis);
    await clock.until(fleet.sharing?.start() ?? Promise.resolve());
    timer = startTimer(
      fleet.pollables,
      { schedule: { kind: 'every', everyMs }, timezone: 'UTC', concurrency: 4 },
      own,
      log,
    );
    return one;
  }

  return {
    add,
    all,
    living: () => all.filter((one) => !ended.has(one)),
    wrongs,
    turn: clock.turn,
    disk,
  };
}

const defaults = {
  lookbackMs: 24 * 3_600_000,
  retentionMs: 365 * 24 * 3_600_000,
  newSeriesHoldMs: 0,
  durationBuckets: [1, 10, 60, 600],
  maxPlaybooks: 200,
  maxValues: 50,
  labels: [],
  nodes: 'failed',
  failureGraceMs: 300_000,
  recentRuns: 50,
} as const;

/** Where a process that is paused stands still. */
function createGate() {
  let closed: PromiseWithResolvers<void> | null = null;
  return {
    async passed(): Promise<void> {
      while (closed !== null) await closed.promise;
    },
    close() {
      closed ??= Promise.withResolvers<void>();
    },
    open() {
      closed?.resolve();
      closed = null;
    },
  };
}

function reached(secmaster: SecMaster, gate: { passed(): Promise<void> }, net: Net): SecMaster {
  const through =
    <A extends unknown[], R>(operation: string, call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await gate.passed();
      if (net.isSecMasterCut) throw new SecMasterError('network', operation, 'cannot be reached');
      const result = await call(...args);
      await net.answersAfter;
      await gate.passed();
      return result;
    };
  return {
    ...secmaster,
    listInstances: through('list_instances', secmaster.listInstances),
    showInstance: through('show_instance', secmaster.showInstance),
    workspaceName: through('list_workspaces', secmaster.workspaceName),
    listWorkspaces: through('list_workspaces', secmaster.listWorkspaces),
    listPlaybooks: through('list_playbooks', secmaster.listPlaybooks),
  };
}
