import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import type { Logger } from '../log.ts';
import { version } from '../package-json.ts';
import { createClients } from '../secmaster/api/clients.ts';
import { checkOnline } from './check-online.ts';
import type { Options } from './command-line.ts';
import { configured, configuredWeb } from './configured.ts';
import { createDispatcher } from './dispatcher.ts';

/** Checks the configuration, and with `--online` its credentials and ids against SecMaster. @returns the exit code */
export async function check(options: Options, log: Logger): Promise<number> {
  const config = configured(options);
  if (config === null) return 1;
  const web = configuredWeb(options, log);
  if (web === null) return 1;
  web.close();
  const { length } = config.workspaces;
  const from = options.configFile ?? 'the environment';
  process.stdout.write(`${from}: ${length} ${length === 1 ? 'workspace' : 'workspaces'}, no problems\n`);
  return options.online ? online(config, log) : 0;
}

async function online(config: Config, log: Logger): Promise<number> {
  const dispatcher = createDispatcher(process.env);
  const clients = createClients({
    clock: systemClock,
    dispatcher,
    log,
    version,
    language: config.metrics.language,
    timeoutMs: config.poll.timeoutMs,
    rateLimit: config.poll.rateLimit,
    observe: () => {},
  });
  let exitCode = 0;
  try {
    const { signal } = new AbortController();
    for await (const { isGood, line } of checkOnline(config, clients, signal, {
      log,
      elapsedMs: systemClock.elapsedMs,
    })) {
      process.stdout.write(`${line}\n`);
      if (!isGood) exitCode = 1;
    }
  } finally {
    await dispatcher.destroy();
  }
  return exitCode;
}
