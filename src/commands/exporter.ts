import type { Clock } from '../clock.ts';
import type { Config, WorkspaceConfig } from '../config/config.ts';
import type { Loaded } from '../config/load.ts';
import { showConfig } from '../config/show.ts';
import { type App, createApp } from '../http/app.ts';
import { documentPages } from '../http/documents/documents.ts';
import { type AnswerScrape, createAnswerScrape } from '../http/scrape.ts';
import type { Logger } from '../log.ts';
import { coalesce } from '../metrics/coalesce.ts';
import { createExposition, type Exposition } from '../metrics/exposition.ts';
import { excludedBy } from '../model/name-patterns.ts';
import { createFleet, type Fleet } from '../poll/fleet/fleet.ts';
import type { Pollable } from '../poll/fleet/timer.ts';
import { type Clients, createClients, createShared } from '../secmaster/api/clients.ts';
import type { Routes } from '../secmaster/http/routes.ts';
import type { Options } from './command-line.ts';
import { createReload, type Reload } from './reload.ts';
import { openStore, storeChanges } from './store.ts';

/** All parts of the exporter, connected but not yet running. */
export interface Exporter {
  readonly fleet: Pick<Fleet<WorkspaceConfig>, 'pollables' | 'reports' | 'sharing'>;
  readonly exposition: Exposition;
  readonly app: App;
  readonly answerScrape: AnswerScrape;
  readonly reload: Reload;
  /** Closes the ledger; the polls must have ended. */
  close(): Promise<void>;
}

export interface Surroundings {
  readonly clock: Clock;
  readonly routes: Pick<Routes, 'of'>;
  readonly log: Logger;
  readonly version: string;
  /** The commit that it was built from. */
  readonly revision: string;
  readonly web: WebPlace;
  /** Markdown by path, as pages. */
  readonly documents: ReadonlyMap<string, string>;
  /** Reads the configuration again. */
  readonly load: () => Promise<Loaded>;
  /** Called with each configuration that a reload has applied. */
  readonly onReloaded: (config: Config) => Promise<void>;
  /** Called with new workspaces while the exporter runs. */
  readonly onNew: (workspaces: readonly Pollable[]) => void;
  /** Why no poll has begun for long; null: polls begin. */
  readonly stall: () => string | null;
  /** Called after each call to SecMaster or IAM. */
  readonly onRequest?: () => void;
}

/** Where which pages are, and what they show. */
export type WebPlace = Pick<Options, 'telemetryPath' | 'externalUrl' | 'routePrefix'> &
  Partial<Pick<Options, 'disableExporterMetrics'>>;

/** @throws {LedgerError} if the ledger can't be opened or created; a damaged one makes polls fail instead */
export async function createExporter(first: Config, surroundings: Surroundings): Promise<Exporter> {
  const { clock, routes, log, version, revision, web, documents, load, onReloaded, onNew, stall, onRequest } =
    surroundings;
  let config = first;
  const exposition = createExposition({
    version,
    revision,
    externalUrl: web.externalUrl,
    hasProcessMetrics: web.disableExporterMetrics !== true,
    now: clock.now,
    elapsedMs: clock.elapsedMs,
    onBug: (err, family, workspace) =>
      log.error(
        { err, family, workspace },
        'a family is missing from the exposition because its samples failed; this is a bug',
      ),
  });
  const store = await openStore(config.state, log);
  const shared = createShared(store.replicas);
  let clients = connect();

  function connect(): Clients {
    if (config.defaultCredentials !== null)
      log.info({ from: config.defaultCredentials }, 'using default credentials for workspaces without their own');
    const { timeoutMs, rateLimit } = config.poll;
    const { language } = config.metrics;
    const observe: typeof exposition.observeRequest = (...request) => {
      exposition.observeRequest(...request);
      onRequest?.();
    };
    return createClients({ clock, routes, log, version, language, timeoutMs, rateLimit, observe }, shared);
  }

  const fleet: Fleet<WorkspaceConfig> = createFleet<WorkspaceConfig>({
    settingsOf: (target, ids) => ({
      ...target,
      ...ids,
      ...config.poll,
      ...config.metrics,
      ...config.status,
      isExcluded: excludedBy(target.playbooks),
      retentionMs: config.state.retentionMs,
    }),
    secmasterOf: (target, projectId) => clients.secmaster(target, projectId),
    findProject: (target, signal) => clients.findProject(target, target.region, signal),
    store,
    log,
    clock,
    lastScrapeMs: exposition.lastScrapeMs,
    // Polls that end at the same time share one rendering, and one collection of the reports.
    onReport: coalesce(() => exposition.update(fleet.reports(), config.metrics.durationBuckets)),
    onNew,
    onLook: shared.looked,
  });
  await fleet.configure(config.workspaces);

  async function apply(changed: Config): Promise<readonly string[]> {
    config = changed;
    clients = connect();
    await fleet.configure(config.workspaces);
    await onReloaded(config);
    return storeChanges(first.state, config.state);
  }

  const reload = createReload({ load, apply, observe: exposition.observeReload, log });
  return {
    fleet,
    exposition,
    reload,
    app: createApp({
      exposition,
      reports: fleet.reports,
      ...web,
      version,
      documents: documentPages(documents, version),
      recentRuns: () => config.status.recentRuns,
      consoleUrl: () => config.status.consoleUrl,
      configuration: () => showConfig(config),
      reload,
      stall,
      replicas: () => fleet.sharing?.report() ?? null,
    }),
    answerScrape: createAnswerScrape(exposition, `${web.routePrefix}${web.telemetryPath}`),
    close: () => store.close(),
  };
}
