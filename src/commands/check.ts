import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { isUnset } from '../config/environment.ts';
import type { PostgresConfig } from '../config/postgres.ts';
import { LedgerError } from '../ledger/store.ts';
import type { Logger } from '../log.ts';
import { counted } from '../model/counted.ts';
import { version } from '../package-json.ts';
import { createClients } from '../secmaster/api/clients.ts';
import { createRoutes } from '../secmaster/http/routes.ts';
import { type CheckProgress, checkOnline } from './check-online.ts';
import type { Options } from './command-line.ts';
import { configured, configuredWeb } from './configured.ts';
import { postgresOptions } from './postgres-options.ts';
import { createProgress } from './progress.ts';
import type { StatusLine } from './status-line.ts';

/** Checks the configuration, and with `--online` its database, and its credentials and ids against SecMaster. @returns the exit code */
export async function check(options: Options, log: Logger, statusLine: StatusLine): Promise<number> {
  const { configFile, webConfigFile } = options;
  const isWebAlone = configFile === null && webConfigFile !== null && isUnset(process.env);
  const config = isWebAlone ? null : await configured(options);
  const web = await configuredWeb(options, log);
  web?.close();
  if (web === null) return 1;
  if (isWebAlone) process.stdout.write(`${webConfigFile}: no problems\n`);
  if (config === null) return isWebAlone ? 0 : 1;
  const from = configFile ?? 'the environment';
  process.stdout.write(`${from}: ${counted(config.workspaces.length, 'workspace')}, no problems\n`);
  if (!options.online) return 0;
  const isLedgerGood = await checkDatabase(config.state.postgres);
  return Math.max(await online(config, log, statusLine), isLedgerGood ? 0 : 1);
}

/** Looks at the database of the ledger, if that is where it is, and creates nothing there. */
async function checkDatabase(postgres: PostgresConfig | null): Promise<boolean> {
  if (postgres === null) return true;
  const { inspectDatabase } = await import('../ledger/postgres/inspection.ts');
  try {
    process.stdout.write(`${await inspectDatabase(postgresOptions(postgres))}\n`);
    return true;
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    process.stdout.write(`${error.message}\n`);
    return false;
  }
}

async function online(config: Config, log: Logger, statusLine: StatusLine): Promise<number> {
  const routes = createRoutes(process.env);
  const clients = createClients({
    clock: systemClock,
    routes,
    log,
    version,
    language: config.metrics.language,
    timeoutMs: config.poll.timeoutMs,
    rateLimit: config.poll.rateLimit,
    observe: () => {},
  });
  const { elapsedMs } = systemClock;
  const progress = createProgress('check in progress', { statusLine, log, elapsedMs });
  const tell = ({ checked, ...more }: CheckProgress) =>
    progress.tell({
      text: `${counted(checked, 'workspace')} checked`,
      done: checked,
      // How many workspaces a project has is seen only once it has been asked for them.
      total: config.workspaces.every(({ workspaceId }) => workspaceId !== null) ? config.workspaces.length : 0,
      fields: { checked, ...more },
    });
  let exitCode = 0;
  try {
    const { signal } = new AbortController();
    for await (const { isGood, line } of checkOnline(config, clients, signal, { log, tell })) {
      statusLine.clear();
      process.stdout.write(`${line}\n`);
      if (!isGood) exitCode = 1;
    }
  } finally {
    progress.end();
    await routes.close();
  }
  return exitCode;
}
