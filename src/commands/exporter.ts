import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { type App, createApp } from '../http/app.ts';
import { createBrokenStore } from '../ledger/broken-store.ts';
import { SqliteStore } from '../ledger/sqlite-store.ts';
import { LedgerError, type Store } from '../ledger/store.ts';
import type { Logger } from '../log.ts';
import { createExposition, type Exposition } from '../metrics/exposition.ts';
import { collect } from '../metrics/samples.ts';
import { runbooksUrl } from '../package-json.ts';
import { createWorkspace, type Workspace } from '../poll/workspace.ts';
import { createClientFactory } from '../secmaster/client.ts';

/** All parts of the exporter, wired; nothing runs yet. */
export interface Exporter {
  readonly workspaces: readonly Workspace[];
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
}

/** @throws {LedgerError} where the ledger can't be opened or made; one that is damaged makes polls fail instead */
export async function createExporter(config: Config, surroundings: Surroundings): Promise<Exporter> {
  const { clock, dispatcher, log, version, telemetryPath } = surroundings;
  const { language, ...metrics } = config.metrics;
  const exposition = createExposition(version, clock.now);
  const store = openStore(config.state.path, log);
  if (config.defaultCredentials !== null)
    log.info({ from: config.defaultCredentials }, 'workspaces without credentials of their own use the default ones');
  const clientOf = createClientFactory({
    clock,
    dispatcher,
    log,
    version,
    language,
    timeoutMs: config.poll.timeoutMs,
    rateLimit: config.poll.rateLimit,
    observe: exposition.observeRequest,
  });

  const reports = () => workspaces.map((workspace) => workspace.report());
  const onReport = () => exposition.update(collect(reports(), metrics.durationBuckets));
  const workspaces: readonly Workspace[] = config.workspaces.map((workspace) =>
    createWorkspace(
      {
        ...workspace,
        ...metrics,
        ...config.status,
        lookbackMs: config.poll.lookbackMs,
        retentionMs: config.state.retentionMs,
      },
      {
        secmaster: clientOf(workspace),
        store,
        log: log.child({ workspace: workspace.name ?? workspace.workspaceId }),
        onReport,
        clock,
        lastScrapeMs: exposition.lastScrapeMs,
      },
    ),
  );
  await onReport();
  for (const workspace of workspaces) await workspace.restore();
  return {
    workspaces,
    exposition,
    app: createApp({ exposition, reports, telemetryPath, version, runbooksUrl, ...config.status }),
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
