import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultProject, defaultUser } from '../../src/simulator/defaults.ts';
import type { Random } from '../../src/simulator/random.ts';
import type { Truth } from '../../src/simulator/truth.ts';
import type { PostgresServer } from '../support/postgres.ts';
import { createFakedClock } from '../support/process/faked-clock.ts';
import { temporaryFolder } from '../support/process/processes.ts';
import { createReplica, type Replica } from '../support/process/replica.ts';
import { serve } from '../support/process/served.ts';
import { type Simulated, startSimulator } from '../support/process/simulated.ts';
import { simulatedWorkspace } from '../support/process/simulated-workspace.ts';
import type { Requests } from './requests.ts';
import { newFaults } from './soc.ts';

/** Replicas on one database and one SecMaster; beside them one process on SQLite, and a SecMaster of its own with the same world. */
export interface Site {
  readonly server: PostgresServer;
  /** The name of the replicas' database on it. */
  readonly database: string;
  readonly replicas: readonly Replica[];
  /** The one process. */
  readonly reference: { get(path: string): Promise<string>; restart(): Promise<void> } | null;
  readonly workspaces: readonly { readonly id: string; readonly name: string }[];
  /** One more replica, not started. */
  add(): Promise<Replica>;
  /** Gives all of them another schedule. */
  schedule(schedule: string): Promise<void>;
  /** So much time passes, and what has passed since the last turn. @returns SecMaster's time then */
  turn(ms: number): Promise<number>;
  /** What SecMaster knows of a workspace at the time of an exposition: its Date runs on while its world stands still. */
  truth(workspaceId: string, sinceMs: number, polledMs: number): Promise<Truth>;
  /** Runs of one workspace. */
  flood(runs: number): Promise<void>;
  /** SecMaster answers some requests with errors. */
  fail(): Promise<void>;
  heal(): Promise<void>;
  /** Which requests SecMaster had of the replicas, and which of one process. */
  requests(): Promise<Asked>;
}

export interface Asked {
  readonly replicas: Requests;
  readonly reference: Requests;
}

export interface SiteOptions {
  readonly seed: number;
  readonly random: Random;
  readonly server: PostgresServer;
  readonly replicas?: number;
  readonly workspaces?: number;
  readonly runsPerMinute?: number;
  readonly schedule?: string;
  readonly newSeriesHold?: string;
  readonly lease?: string;
  /** Of a request to SecMaster. */
  readonly timeout?: string;
  /** Whether the workspaces are found, not configured. */
  readonly isDiscovered?: boolean;
  /** Whether one process does the same beside them. */
  readonly hasReference?: boolean;
  /** By how much the clock of the second replica is ahead, which troubles may set; none: it has the machine's. */
  readonly aheadMs?: number;
}

/** A machine with much other work needs a longer one. */
export const leaseMs = Number(process.env.CHAOS_LEASE_MS ?? 3_000);
/** What happens around the creation of a ledger is nobody's to tell: the worlds are empty until it has been created. */
const quietMs = 2 * 60_000;
export const lookbackMs = 2 * 3_600_000;

export async function buildSite({
  seed,
  random,
  server,
  replicas: count = 3,
  workspaces: workspaceCount = 3,
  runsPerMinute = 8,
  schedule: firstSchedule = '* * * * * *',
  newSeriesHold = '0s',
  lease = `${leaseMs / 1000}s`,
  timeout = '3s',
  isDiscovered = false,
  hasReference = false,
  aheadMs,
}: SiteOptions): Promise<Site> {
  const simulatorOptions = { seed, historyMs: -quietMs, runsPerMinute, workspaces: workspaceCount };
  const [simulated, other] = await Promise.all([
    startSimulator(simulatorOptions),
    hasReference ? startSimulator(simulatorOptions) : null,
  ]);
  const socs = other === null ? [simulated] : [simulated, other];
  const onAll = <T>(what: (soc: Simulated) => Promise<T>) => Promise.all(socs.map(what));
  let turnedMs = 0;
  let turnedAtMs = performance.now();
  // Meanwhile their Dates have run on, and no Date goes back.
  const stoodMs = () => Math.ceil(performance.now() - turnedAtMs);

  async function turn(ms: number): Promise<number> {
    const wholeMs = ms + stoodMs();
    turnedAtMs = performance.now();
    [turnedMs = 0] = await onAll((soc) => soc.turn(wholeMs));
    return turnedMs;
  }

  // From now on their Dates run.
  await turn(0);
  const workspaces = Array.from({ length: workspaceCount }, (_, n) => simulatedWorkspace(n));
  let schedule = firstSchedule;

  function config({ url }: Simulated, state: object): object {
    const entry = {
      region: defaultProject.name,
      project_id: defaultProject.id,
      endpoint: url,
      iam_endpoint: url,
      credentials: { password: defaultUser },
    };
    const configured = workspaces.map(({ id, name }) => ({ ...entry, workspace_id: id, name }));
    return {
      poll: { schedule, lookback: `${lookbackMs / 3_600_000}h`, rate_limit: 200, concurrency: 8, timeout },
      state,
      metrics: { new_series_hold: newSeriesHold },
      workspaces: isDiscovered ? [entry] : configured,
    };
  }

  const created = new URL(await server.createDatabase());
  const passwordFile = join(temporaryFolder(), 'password');
  writeFileSync(passwordFile, `${decodeURIComponent(created.password)}\n`);
  const configOf = (port: number) => {
    const url = `postgresql://${created.username}@127.0.0.1:${port}${created.pathname}`;
    return config(simulated, { url, password_file: passwordFile, lease });
  };
  const replicas: Replica[] = [];
  async function add(): Promise<Replica> {
    const name = `replica ${String.fromCharCode(97 + replicas.length)}`;
    const clock = aheadMs !== undefined && replicas.length === 1 ? createFakedClock(Date.now() + aheadMs) : null;
    const secmasterPort = Number(new URL(simulated.url).port);
    const replica = await createReplica(configOf, { name, databasePort: server.port, secmasterPort, clock });
    replicas.push(replica);
    return replica;
  }
  for (let n = 0; n < count; n++) await add();

  async function startReference(soc: Simulated) {
    const folder = temporaryFolder();
    const file = join(folder, 'config.yml');
    writeFileSync(file, JSON.stringify(config(soc, { path: join(folder, 'secmaster.db') })));
    const start = () => serve([`--config.file=${file}`]);
    let served = await start();
    return {
      get: (path: string) => served.get(path),
      async restart() {
        served.running.child.kill('SIGTERM');
        await served.running.ended;
        served = await start();
      },
    };
  }
  const reference = other === null ? null : await startReference(other);

  return {
    server,
    database: created.pathname.slice(1),
    replicas,
    reference,
    workspaces,
    add,
    async schedule(changed) {
      schedule = changed;
      await Promise.all(replicas.map((one) => one.configure(configOf)));
    },
    turn,
    truth: (workspaceId, sinceMs, polledMs) =>
      simulated.truth(sinceMs, lookbackMs - Math.max(0, Math.round(polledMs - turnedMs)), workspaceId),
    flood: async (runs) => {
      const { id } = random.pick(workspaces as [(typeof workspaces)[number]]);
      const ms = 60_000 + stoodMs();
      turnedAtMs = performance.now();
      await onAll((soc) => soc.flood(runs, ms, id));
      await turn(0);
    },
    fail: async () => void (await onAll((soc) => newFaults(soc, random))),
    heal: async () => void (await onAll((soc) => soc.clearFaults())),
    async requests() {
      const [mine, theirs] = await onAll((soc) => soc.requests());
      return { replicas: mine?.counts ?? {}, reference: theirs?.counts ?? {} };
    },
  };
}
