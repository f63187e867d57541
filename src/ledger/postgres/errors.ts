import pg from 'pg';
import { LedgerError } from '../store.ts';

const byItself = 'counting continues by itself';

/** SQLSTATE, whole or its class (postgresql.org/docs/current/errcodes-appendix.html), and what an operator can do. */
const remedies: Readonly<Record<string, string>> = {
  '08': 'the server or the pooler in front of it has ended the connection; see its log',
  '08P01': 'the server or the pooler in front of it refuses the connection; see its log',
  '23': 'it refuses what an exporter writes, so somebody has changed its tables; restore a backup',
  '25006': 'it is read-only, such as a standby; name the primary in state.url',
  '25P03': `a transaction was given up because this exporter had stopped in the middle of it; ${byItself}`,
  '28': 'it does not let this user in from here; check the user and sslmode in state.url, and pg_hba.conf of the server',
  '28P01': "it refuses the password; correct it in state.password_file or state.url, or set the user's password",
  '3D000': 'the database does not exist; create it, or correct its name in state.url',
  '3F000': 'the first schema of the search_path does not exist; create it, or correct search_path',
  '40': `another replica was in the way; ${byItself}`,
  '42': 'its tables are not those of an exporter, or somebody has changed them; give the exporter a database of its own, or restore a backup',
  '42501': 'the user lacks a privilege; make it the owner of the database or grant what it needs (docs/operating.md)',
  '53100': `its disk is full; free some space, then ${byItself}`,
  '53200': 'it is out of memory; give it more, or less to do',
  '53300': 'it has no connection left; raise max_connections, or put a pooler in front of it',
  '54': 'it refuses what is too large for it; see its log',
  '55P03': `something else has locked what a change needs; ${byItself} once that has ended`,
  '57014': `a statement took too long and was given up; see what keeps the server busy, then ${byItself}`,
  '57P': `it is being started or stopped, or has ended the connection; ${byItself}`,
  '58': 'it can not read or write its files; see its log and its disk',
  XX001: 'its data are damaged; restore a backup',
  XX002: 'its data are damaged; rebuild the index that its log names, or restore a backup',
};

/** What the network and TLS say. */
const networkRemedies: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; start the server, or correct the host and port in state.url',
  ECONNRESET: `the connection broke; ${byItself}`,
  EPIPE: `the connection broke; ${byItself}`,
  ENOTFOUND: 'its host is unknown; correct it in state.url',
  EAI_AGAIN: 'the name of its host can not be looked up now; check the DNS',
  ETIMEDOUT: 'it does not answer; check the host in state.url, and what lies between',
  EHOSTUNREACH: 'no way leads to its host; check the network',
  ENETUNREACH: 'no way leads to its host; check the network',
  ENOENT: 'there is no socket in that folder; start the server, or correct the host in state.url',
  EACCES: 'this user may not use the socket in that folder; grant it, or name a host in state.url',
  CERT_HAS_EXPIRED: 'its certificate has expired; renew it',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; check the clock',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for another host; write in state.url the host that it names, or renew the certificate',
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted(),
  SELF_SIGNED_CERT_IN_CHAIN: untrusted(),
  UNABLE_TO_GET_ISSUER_CERT: untrusted(),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted(),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted(),
};

function untrusted(): string {
  return 'its certificate is not signed by a CA that is trusted here; name its CA in state.ca_file';
}

/** What the client library says without a code. */
const textRemedies: readonly (readonly [RegExp, string])[] = [
  [
    /does not support SSL/,
    'it does not speak TLS; turn ssl on there, or write sslmode=disable in state.url if the network is trusted',
  ],
  [
    /establishing an SSL connection/,
    'what listens there is no PostgreSQL server; correct the host and port in state.url',
  ],
  [/password must be a/, 'it asks for a password; set state.password_file'],
  [/exceeded when trying to connect/, `all connections are in use; ${byItself}`],
  [/timeout/i, `it does not answer in time; check the server and what lies between; ${byItself}`],
  [/Cannot use a pool after/, 'it is being closed, since this exporter stops'],
  [/[Cc]onnection terminated|not queryable/, `the connection broke; ${byItself}`],
];

/** The error as one that says what to fix. */
export function databaseError(error: unknown, database: string): LedgerError {
  if (error instanceof LedgerError) return error;
  const { code = '', message } = error as Partial<NodeJS.ErrnoException>;
  // Of several addresses the first has failed for a reason like the others.
  const text = message || (error instanceof AggregateError ? String(error.errors[0]?.message) : String(error));
  const remedy =
    error instanceof pg.DatabaseError
      ? (remedies[code] ?? remedies[code.slice(0, 3)] ?? remedies[code.slice(0, 2)])
      : (networkRemedies[code] ?? textRemedies.find(([pattern]) => pattern.test(text))?.[1]);
  return new LedgerError(`the ledger in ${database}: ${remedy ?? 'failed'} (${text})`, {
    cause: error,
    isDamaged: /^XX00[12]$/.test(code),
  });
}

/**
 * Whether the connection is of no use any more: the network's errors, what the server says before it ends a connection, and that it is
 * read-only, for the host's name may lead to another server by now.
 */
export function isBroken(error: unknown): boolean {
  const cause = error instanceof LedgerError ? error.cause : error;
  if (!(cause instanceof pg.DatabaseError)) return cause !== undefined;
  return /^(08|25006|25P03|57P|XX)/.test(cause.code ?? '');
}

/** Whether a table or a column is missing, as after a migration by a newer exporter. */
export function isOtherSchema(error: unknown): boolean {
  return (
    error instanceof LedgerError &&
    error.cause instanceof pg.DatabaseError &&
    /^42(P01|703|883)$/.test(error.cause.code ?? '')
  );
}

/** A COMMIT whose answer never came. */
export function unknownCommit(error: unknown, database: string): LedgerError {
  const { message } = databaseError(error, database);
  return new LedgerError(`${message}; whether the last change is stored will be found out before the next one`, {
    cause: error,
  });
}
