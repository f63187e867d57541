import type { Hono } from 'hono';
import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { createApp } from '../http/app.ts';
import { SqliteStore } from '../ledger/sqlite-store.ts';
import type { Logger } from '../log.ts';
import { createExposition, type Exposition } from '../metrics/exposition.ts';
import { collect } from '../metrics/samples.ts';
import { createWorkspace, type Workspace } from '../poll/workspace.ts';
import { createClientFactory } from '../secmaster/client.ts';

/** All parts of the exporter, wired; nothing runs yet. */
export interface Exporter {
  readonly workspaces: readonly Workspace[];
  readonly exposition: Exposition;
  readonly app: Hono;
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

/** @throws {LedgerError} where the ledger can't be opened */
export async function createExporter(config: Config, surroundings: Surroundings): Promise<Exporter> {
  const { clock, dispatcher, log, version, telemetryPath } = surroundings;
  const { durationBuckets, language, newSeriesHoldMs } = config.metrics;
  const exposition = createExposition(version, clock.now);
  const store = new SqliteStore(config.state.path);
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
  const onReport = () => exposition.update(collect(reports(), durationBuckets));
  const workspaces: readonly Workspace[] = config.workspaces.map((workspace) =>
    createWorkspace(
      {
        ...workspace,
        durationBuckets,
        newSeriesHoldMs,
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
  return {
    workspaces,
    exposition,
    app: createApp({ exposition, reports, telemetryPath, version }),
    close: () => store.close(),
  };
}
