import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import type { Loaded } from '../config/load.ts';
import { listen, type Place } from '../http/listen.ts';
import { ListenError } from '../http/listen-error.ts';
import type { Logger } from '../log.ts';
import { revision, version } from '../package-json.ts';
import { startTimer, type Timer } from '../poll/fleet/timer.ts';
import { createRoutes } from '../secmaster/http/routes.ts';
import { addressToOpen } from './address-to-open.ts';
import type { Options } from './command-line.ts';
import { configuredWeb } from './configured.ts';
import { readDocuments } from './documents.ts';
import { createExporter } from './exporter.ts';
import type { HangUps } from './hang-ups.ts';
import { keepHealthFile } from './health-file.ts';
import type { ListenAddress } from './listen-address.ts';
import { stopSignal } from './stop-signal.ts';
import { passedSockets } from './systemd-sockets.ts';

export interface ServeParts {
  readonly log: Logger;
  readonly hangUps: HangUps;
  /** Reads the configuration again. */
  readonly load: () => Promise<Loaded>;
  /** Called once it listens, with the address of the status page; null: it has none. */
  readonly onServing?: (url: string | null) => unknown;
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
  let stopHealthFile: (() => Promise<void>) | null = null;
  // The image sets it.
  const healthFile = process.env.EXPORTER_HEALTH_FILE;
  let { poll } = config;
  const exporter = await createExporter(config, {
    clock: systemClock,
    routes,
    log,
    version,
    revision,
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
    const { port, ports, addresses, close } = await listen(exporter.app, places(options), web, exporter.answerScrape);
    const opened = addressToOpen(options, firstAddress(options, addresses), web.current().tls !== null);
    const url = opened === null ? null : `${opened}/`;
    const found = { ...(url !== null && { url }), ...(port > 0 && { port }), ...(ports.length > 1 && { ports }) };
    log.info({ ...found, version }, 'serving');
    onServing?.(url);
    stopHealthFile = healthFile ? keepHealthFile(healthFile, log) : null;
    timer = startTimer(exporter.fleet.pollables, poll, systemClock, log);
    hangUps.onEach(() => void exporter.reload());
    const signal = await stopping;
    log.info({ signal }, 'stopping');
    await Promise.all([timer.stop(), close()]);
  } finally {
    hangUps.onEach(() => {});
    await stopHealthFile?.();
    await exporter.fleet.sharing?.stop();
    await exporter.close();
    await routes.close();
  }
  log.info('stopped');
  return 0;
}

/** The first address that has a port, with the name that a flag gave it. */
function firstAddress(
  { systemdSocket, webListenAddresses: [named] }: Options,
  addresses: readonly (ListenAddress | null)[],
): ListenAddress | null {
  const bound = addresses.find((address) => address !== null) ?? null;
  return systemdSocket || bound === null ? bound : { ...bound, host: named.host };
}

/** Where to serve. @throws {ListenError} */
function places({ systemdSocket, webListenAddresses }: Options): readonly [Place, ...Place[]] {
  if (!systemdSocket) return webListenAddresses;
  const passed = passedSockets(process.env, process.pid);
  if ('problem' in passed) throw new ListenError(`--web.systemd-socket: ${passed.problem}`);
  const [first, ...others] = passed.descriptors;
  return [{ descriptor: first }, ...others.map((descriptor) => ({ descriptor }))];
}
