import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { isUnset } from '../config/environment.ts';
import type { PostgresConfig } from '../config/postgres.ts';
import { expandHome } from '../config/text-file.ts';
import { type Progress as CopyProgress, copyLedgers } from '../ledger/copy/copy.ts';
import type { Place } from '../ledger/copy/place.ts';
import { postgresPlace } from '../ledger/postgres/place.ts';
import { sqlitePlace } from '../ledger/sqlite/place.ts';
import { LedgerError } from '../ledger/store.ts';
import type { Logger } from '../log.ts';
import { counted } from '../model/counted.ts';
import { isPostgresUrl, passwordsIn, readAddress } from '../model/postgres-address.ts';
import { Secret } from '../model/secret.ts';
import type { Options } from './command-line.ts';
import { configured } from './configured.ts';
import type { LedgerPlace } from './ledger-place.ts';
import { postgresOptions } from './postgres-options.ts';
import { createProgress, type Step } from './progress.ts';
import type { StatusLine } from './status-line.ts';
import { stopSignal } from './stop-signal.ts';

type End = 'from' | 'to';

/** Copies a ledger from one store to another. @returns the exit code */
export async function ledgerCopy(options: Options, log: Logger, statusLine: StatusLine): Promise<number> {
  if ([options.from, options.to].some((one) => one !== null && passwordsIn(one.place).length > 0)) {
    // The list of processes shows what the command line was.
    process.title = 'secmaster-exporter ledger copy';
    log.warn('a password on the command line can be read by others; use --from.password-file or --to.password-file');
  }
  const missing = (['from', 'to'] as const).filter((end) => options[end] === null);
  const hasConfig = options.configFile !== null || !isUnset(process.env);
  if (missing.length === 2 || (missing.length === 1 && !hasConfig)) {
    process.stderr.write(`${usage(missing)}\n`);
    return 2;
  }
  const config = missing.length > 0 || options.configFile !== null ? await configured(options) : null;
  if (config === null && (missing.length > 0 || options.configFile !== null)) return 1;

  const stopping = new AbortController();
  void stopSignal().then(() => stopping.abort());
  const from = placeOf('from', options.from, config);
  const to = placeOf('to', options.to, config);
  const progress = createProgress('copy in progress', { statusLine, log, elapsedMs: systemClock.elapsedMs });
  const { workspaces, instances, series } = await copyLedgers(from, to, {
    onProgress: (step) => {
      if (stopping.signal.aborted) throw new LedgerError('stopped; nothing was copied');
      progress.tell(stepOf(step));
    },
  }).finally(progress.end);
  process.stdout.write(
    `copied ${counted(workspaces, 'workspace')} with ${counted(instances, 'instance')} and ${counted(series, 'counter series', 'counter series')} from ${from.shown} to ${to.shown}; the counters of both are equal\n`,
  );
  return 0;
}

function usage(missing: readonly End[]): string {
  const what = 'name the path of an SQLite file or a postgresql:// URL';
  return missing.length === 2
    ? `--from and --to are missing; ${what} for at least one of them, and --config.file for that of a configuration`
    : `--${missing[0]} is missing; ${what}, or --config.file for that of a configuration`;
}

function stepOf(progress: CopyProgress): Step {
  const [text, done] =
    progress.step === 'copy'
      ? [`copying ${progress.table}: ${progress.rows} of ${counted(progress.of, 'row')}`, progress.rows]
      : [`comparing: ${progress.instances} of ${counted(progress.of, 'instance')}`, progress.instances];
  return { text, done, total: progress.of, fields: progress };
}

/** The given one, or that of the configuration. */
function placeOf(end: End, given: LedgerPlace | null, config: Config | null): Place {
  const state = config?.state ?? null;
  if (given === null) {
    if (state === null) throw new LedgerError(`--${end} is missing`);
    return state.postgres === null ? sqlitePlace(state.path) : postgresPlace(postgresOptions(state.postgres));
  }
  const { place, passwordFile, caFile } = given;
  if (!isPostgresUrl(place)) return sqlitePlace(expandHome(place));
  const own = state?.postgres ?? null;
  if (own !== null && passwordFile === null && caFile === null && isSameDatabase(place, own))
    return postgresPlace(postgresOptions(own));
  const database: PostgresConfig = {
    url: new Secret(place, passwordsIn(place)),
    urlFile: null,
    passwordFile: passwordFile === null ? null : { path: passwordFile, form: 'password' },
    caFile,
  };
  return postgresPlace(
    postgresOptions(database, { passwordFile: `--${end}.password-file`, caFile: `--${end}.ca-file` }),
  );
}

/** Whose password and CA the configuration knows. */
function isSameDatabase(url: string, { url: own }: PostgresConfig): boolean {
  const [a, b] = [readAddress(url), readAddress(own.reveal())];
  return (
    a.password === null && a.host === b.host && a.port === b.port && a.database === b.database && a.user === b.user
  );
}
