import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import type { Loaded } from '../config/load.ts';
import { listen } from '../http/listen.ts';
import type { Logger } from '../log.ts';
import { version } from '../package-json.ts';
import { startTimer, type Timer } from '../poll/fleet/timer.ts';
import { createRoutes } from '../secmaster/http/routes.ts';
import { addressToOpen } from './address-to-open.ts';
import type { Options } from './command-line.ts';
import { configuredWeb } from './configured.ts';
import { readDocuments } from './documents.ts';
import { createExporter } from './exporter.ts';
import type { HangUps } from './hang-ups.ts';
import { stopSignal } from './stop-signal.ts';

export interface ServeParts {
  readonly log: Logger;
  readonly hangUps: HangUps;
  /** Reads the configuration again. */
  readonly load: () => Promise<Loaded>;
  /** Called once it listens, with the address of the status page. */
  readonly onServing?: (url: string) => unknown;
}

/** Polls and serves until a signal stops it; SIGHUP reloads the configuration. @returns the exit code */
export async function serve(
  config: Config,
  options: Options,
  { log, hangUps, load, onServing }: ServeParts,
): Promise<number> {
  const stopping = stopSignal();
  const web = await configuredWeb(options, log);
  if (web === null) return 1;
  const routes = createRoutes(process.env);
  let timer: Timer | null = null;
  let { poll } = config;
  const exporter = await createExporter(config, {
    clock: systemClock,
    routes,
    log,
    version,
    web: options,
    documents: readDocuments(log),
    load,
    onReloaded: async (changed) => {
      poll = changed.poll;
      timer?.update(poll);
    },
    onNew: (workspaces) => timer?.pollNow(workspaces),
    stall: () => timer?.stall() ?? null,
  });
  try {
    await exporter.fleet.sharing?.start();
    const listener = await listen(exporter.app, options.listenAddress, web);
    const url = `${addressToOpen(options, listener.port, web.current().tls !== null)}/`;
    log.info({ url, port: listener.port, version }, 'serving');
    onServing?.(url);
    timer = startTimer(exporter.fleet.pollables, poll, systemClock, log);
    hangUps.onEach(() => void exporter.reload());
    const signal = await stopping;
    log.info({ signal }, 'stopping');
    await Promise.all([timer.stop(), listener.close()]);
  } finally {
    hangUps.onEach(() => {});
    await exporter.fleet.sharing?.stop();
    await exporter.close();
    await routes.close();
  }
  log.info('stopped');
  return 0;
}
