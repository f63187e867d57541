import { isPostgresUrl, passwordsIn, readAddress } from '../model/postgres-address.ts';
import { UsageError } from './usage-error.ts';

/** Where a ledger is. */
export interface LedgerPlace {
  /** Path of an SQLite file, or URL of a PostgreSQL database. */
  readonly place: string;
  readonly passwordFile: string | null;
  readonly caFile: string | null;
}

/**
 * What a flag for a ledger and the flags for its files say. A URL may hold a password, so none is repeated.
 * @throws {UsageError}
 */
export function ledgerPlace(
  flag: string,
  place: string | undefined,
  passwordFile: string | undefined,
  caFile: string | undefined,
): LedgerPlace | null {
  if (place === undefined) {
    if (passwordFile === undefined && caFile === undefined) return null;
    throw new UsageError(`option ${flag}.${passwordFile === undefined ? 'ca' : 'password'}-file needs ${flag}`);
  }
  if (isPostgresUrl(place)) {
    const problem = urlProblem(place);
    if (problem !== null)
      throw new UsageError(`${flag}: the URL ${problem.replaceAll('state.ca_file', `${flag}.ca-file`)}`);
    if (passwordFile !== undefined && passwordsIn(place).length > 0)
      throw new UsageError(`${flag}: the URL has a password, and so has ${flag}.password-file; keep one of them`);
  } else if (place.includes('://') || place === ':memory:') {
    throw new UsageError(`${flag}: must be the path of an SQLite file, or begin with postgresql://`);
  } else if (passwordFile !== undefined || caFile !== undefined) {
    throw new UsageError(`${flag}: is the path of a file, which needs no password and no CA`);
  }
  return { place, passwordFile: passwordFile ?? null, caFile: caFile ?? null };
}

function urlProblem(url: string): string | null {
  try {
    readAddress(url);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
