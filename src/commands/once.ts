import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import type { Logger } from '../log.ts';
import { counted } from '../model/counted.ts';
import { revision, version } from '../package-json.ts';
import type { Pollable } from '../poll/fleet/timer.ts';
import { createRoutes } from '../secmaster/http/routes.ts';
import type { Options } from './command-line.ts';
import { createExporter } from './exporter.ts';
import { createProgress, type Step } from './progress.ts';
import type { StatusLine } from './status-line.ts';
import { stopSignal } from './stop-signal.ts';

/**
 * Polls every workspace once, to the end of its sweep, and prints the exposition. Where another replica polls a workspace, its ledger is
 * printed as it is. @returns the exit code
 */
export async function once(config: Config, options: Options, log: Logger, statusLine: StatusLine): Promise<number> {
  const routes = createRoutes(process.env);
  const progress = createProgress('polling in progress', { statusLine, log, elapsedMs: systemClock.elapsedMs });
  let requests = 0;
  let tell = () => {};
  // The metrics are printed once, so new series don't start at 0.
  const metrics = { ...config.metrics, newSeriesHoldMs: 0 };
  const exporter = await createExporter(
    { ...config, metrics },
    {
      clock: systemClock,
      routes,
      log,
      version,
      revision,
      // They say nothing about a process that ends at once.
      web: { ...options, disableExporterMetrics: true },
      documents: new Map(),
      // `once` never reloads.
      load: async () => ({ config }),
      onReloaded: async () => {},
      onNew: () => {},
      stall: () => null,
      onRequest: () => {
        requests += 1;
        tell();
      },
    },
  );
  const stopping = new AbortController();
  void stopSignal().then(() => stopping.abort());
  const { fleet } = exporter;
  try {
    // Discoveries come first and add workspaces.
    const polled = new Set<Pollable>();
    const known = () => fleet.pollables().find((one) => !polled.has(one));
    const next = async () => {
      const one = known();
      if (one === undefined) await fleet.sharing?.takeFree();
      return one ?? known();
    };
    for (let one = await next(); one !== undefined; one = await next()) {
      tell = () => progress.tell(stepOf(one, polled, fleet.pollables(), requests));
      tell();
      await one.poll(stopping.signal, () => !stopping.signal.aborted);
      polled.add(one);
    }
    progress.end();
    for (const { workspace, lease } of fleet.reports())
      if (lease?.isHeld === false)
        log.info({ workspace }, 'another replica polls this workspace; printed as its ledger is');
    // An aborted poll must not look like a complete one.
    if (!stopping.signal.aborted) {
      for (const piece of await exporter.exposition.scrape('text', 'identity')) process.stdout.write(piece);
    }
  } finally {
    progress.end();
    await fleet.sharing?.stop();
    await exporter.close();
    await routes.close();
  }
  return fleet.reports().every(({ polls }) => polls.last?.error === null) ? 0 : 1;
}

/** Of one, nobody knows how much there is to read; its poll logs how far it is. */
export function stepOf(one: Pollable, polled: ReadonlySet<Pollable>, all: readonly Pollable[], requests: number): Step {
  const workspace = one.report()?.workspace;
  const of = all.length > 1 ? `workspace ${polled.size + 1} of ${all.length}, ` : '';
  const what = workspace === undefined ? 'looking for workspaces' : `polling ${workspace}`;
  return {
    // The name comes last: it may be longer than the line.
    text: `${of}${counted(requests, 'request')}, ${what}`,
    done: all.length > 1 ? polled.size : null,
    total: all.length,
    fields: all.length > 1 ? { workspace, polled: polled.size, of: all.length, requests } : null,
  };
}
