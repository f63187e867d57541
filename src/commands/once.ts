import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import type { Logger } from '../log.ts';
import { revision, version } from '../package-json.ts';
import type { Pollable } from '../poll/fleet/timer.ts';
import { createRoutes } from '../secmaster/http/routes.ts';
import type { Options } from './command-line.ts';
import { createExporter } from './exporter.ts';
import { stopSignal } from './stop-signal.ts';

/**
 * Polls every workspace once, to the end of its sweep, and prints the exposition. Where another replica polls a workspace, its ledger is
 * printed as it is. @returns the exit code
 */
export async function once(config: Config, options: Options, log: Logger): Promise<number> {
  const routes = createRoutes(process.env);
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
      polled.add(one);
      await one.poll(stopping.signal, () => !stopping.signal.aborted);
    }
    for (const { workspace, lease } of fleet.reports())
      if (lease?.isHeld === false)
        log.info({ workspace }, 'another replica polls this workspace; printed as its ledger is');
    // An aborted poll must not look like a complete one.
    if (!stopping.signal.aborted) {
      for (const piece of await exporter.exposition.scrape('text', 'identity')) process.stdout.write(piece);
    }
  } finally {
    await fleet.sharing?.stop();
    await exporter.close();
    await routes.close();
  }
  return fleet.reports().every(({ polls }) => polls.last?.error === null) ? 0 : 1;
}
