import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import type { Loaded } from '../config/load.ts';
import { listen } from '../http/listen.ts';
import type { Logger } from '../log.ts';
import { version } from '../package-json.ts';
import { startTimer, type Timer } from '../poll/fleet/timer.ts';
import type { Options } from './command-line.ts';
import { configuredWeb } from './configured.ts';
import { createDispatcher } from './dispatcher.ts';
import { createExporter } from './exporter.ts';
import { stopSignal } from './stop-signal.ts';

/** Polls and serves until a signal stops it; SIGHUP reloads the configuration with `load`. @returns the exit code */
export async function serve(config: Config, options: Options, log: Logger, load: () => Loaded): Promise<number> {
  const web = configuredWeb(options, log);
  if (web === null) return 1;
  const dispatcher = createDispatcher(process.env);
  let timer: Timer | null = null;
  let { poll } = config;
  const exporter = await createExporter(config, {
    clock: systemClock,
    dispatcher,
    log,
    version,
    telemetryPath: options.telemetryPath,
    load,
    onReloaded: async (changed) => {
      poll = changed.poll;
      timer?.update(poll);
    },
    onNew: (workspaces) => timer?.pollNow(workspaces),
    stall: () => timer?.stall() ?? null,
  });
  const onHangUp = () => void exporter.reload();
  process.on('SIGHUP', onHangUp);
  try {
    const listener = await listen(exporter.app, options.listenAddress, web);
    log.info({ port: listener.port, version }, 'serving');
    timer = startTimer(exporter.fleet.pollables, poll, systemClock, log);
    const signal = await stopSignal();
    log.info({ signal }, 'stopping');
    await Promise.all([timer.stop(), listener.close()]);
  } finally {
    process.off('SIGHUP', onHangUp);
    await exporter.close();
    await dispatcher.destroy();
  }
  log.info('stopped');
  return 0;
}
