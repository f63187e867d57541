import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import type { Config, WorkspaceConfig } from '../config/config.ts';
import { type App, createApp } from '../http/app.ts';
import { createBrokenStore } from '../ledger/broken-store.ts';
import { SqliteStore } from '../ledger/sqlite-store.ts';
import { LedgerError, type Store } from '../ledger/store.ts';
import type { Logger } from '../log.ts';
import { createExposition, type Exposition } from '../metrics/exposition.ts';
import { collect } from '../metrics/samples.ts';
import { runbooksUrl } from '../package-json.ts';
import { createFleet, type Fleet } from '../poll/fleet.ts';
import type { Pollable } from '../poll/timer.ts';
import { createClients } from '../secmaster/client.ts';

/** All parts of the exporter, wired; nothing runs yet. */
export interface Exporter {
  readonly fleet: Pick<Fleet<WorkspaceConfig>, 'pollables' | 'reports'>;
  readonly exposition: Exposition;
  readonly app: App;
  /** Closes the ledger; the polls must have ended. */
  close(): Promise<void>;
}

export interface Surroundings {
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  readonly log: Logger;
  readonly version: string;
  readonly telemetryPath: string;
  /** Told of workspaces that come while the exporter runs. */
  readonly onNew: (workspaces: readonly Pollable[]) => void;
}

/** @throws {LedgerError} where the ledger can't be opened or made; one that is damaged makes polls fail instead */
export async function createExporter(config: Config, surroundings: Surroundings): Promise<Exporter> {
  const { clock, dispatcher, log, version, telemetryPath, onNew } = surroundings;
  const { language, ...metrics } = config.metrics;
  const exposition = createExposition(version, clock.now);
  const store = openStore(config.state.path, log);
  if (config.defaultCredentials !== null)
    log.info({ from: config.defaultCredentials }, 'workspaces without credentials of their own use the default ones');
  const clients = createClients({
    clock,
    dispatcher,
    log,
    version,
    language,
    timeoutMs: config.poll.timeoutMs,
    rateLimit: config.poll.rateLimit,
    observe: exposition.observeRequest,
  });

  const fleet: Fleet<WorkspaceConfig> = createFleet<WorkspaceConfig>({
    settingsOf: (target, ids) => ({
      ...target,
      ...ids,
      ...metrics,
      ...config.status,
      lookbackMs: config.poll.lookbackMs,
      retentionMs: config.state.retentionMs,
    }),
    secmasterOf: clients.secmaster,
    findProject: (target, signal) => clients.findProject(target, target.region, signal),
    store,
    log,
    clock,
    lastScrapeMs: exposition.lastScrapeMs,
    onReport: () => exposition.update(collect(fleet.reports(), metrics.durationBuckets)),
    onNew,
  });
  await fleet.configure(config.workspaces);
  return {
    fleet,
    exposition,
    app: createApp({ exposition, reports: fleet.reports, telemetryPath, version, runbooksUrl, ...config.status }),
    close: () => store.close(),
  };
}

function openStore(path: string, log: Logger): Store {
  try {
    return new SqliteStore(path);
  } catch (error) {
    if (!(error instanceof LedgerError && error.isDamaged)) throw error;
    log.error(`${error.message}; nothing is counted until the exporter is started with a ledger that it can read`);
    return createBrokenStore(error);
  }
}
