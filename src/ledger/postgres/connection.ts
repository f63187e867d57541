import { Socket } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import pg from 'pg';
import { LedgerError } from '../store.ts';

/** Where a database is, as a URL of libpq names it. */
export interface Address {
  /** A folder with the server's socket begins with a slash. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string | null;
  readonly tls: 'off' | 'chain' | 'chain and host';
  readonly applicationName: string;
  /** Of the server's command line, such as `-c search_path=secmaster`. Poolers refuse them. */
  readonly options: string | null;
}

/** Names the database without its user and password. */
export function shownAddress({ host, port, database }: Address): string {
  return `PostgreSQL ${host.startsWith('/') || !host.includes(':') ? host : `[${host}]`}:${port}/${database}`;
}

const example = 'postgresql://exporter@db.example.org/secmaster';
const parameters = ['host', 'port', 'user', 'password', 'sslmode', 'application_name', 'options'];

/** @throws {LedgerError} that says what to fix, without the URL */
export function addressOf(url: string): Address {
  const [, userinfo = '', hosts = '', path = '', query = ''] =
    /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?([^@/?#]*)(?:\/([^/?#]*))?(?:\?([^#]*))?$/i.exec(url) ??
    refuse(`isn't one; write it like ${example}, and %40 for @ in a user or password, %2F for / likewise`);
  const given = new URLSearchParams(query.replaceAll('+', '%2B'));
  const unknown = [...given.keys()].find((name) => !parameters.includes(name));
  if (unknown !== undefined)
    refuse(
      hints[unknown] ?? `has a parameter that is not supported; remove it, or write one of ${parameters.join(', ')}`,
    );

  const colon = userinfo.indexOf(':');
  const user = decoded(colon < 0 ? userinfo : userinfo.slice(0, colon)) || given.get('user');
  const password = (colon < 0 ? '' : decoded(userinfo.slice(colon + 1))) || given.get('password');
  const [, named = '', numbered] =
    /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(hosts) ??
    (hosts.includes(',') ? several() : refuse(`has a host or port that is not valid; write it like ${example}`));
  const host = decoded(named).replace(/^\[(.*)\]$/, '$1') || given.get('host');
  const database = decoded(path);
  const port = Number(numbered || given.get('port') || 5432);

  if (!host) return refuse(`has no host; write it like ${example}`);
  if (host.includes(',')) return several();
  if (!user) return refuse(`has no user; write it like ${example}`);
  if (database === '') return refuse(`has no database; write it like ${example}`);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    return refuse('has a port that is not valid; write a number up to 65535');
  return {
    host,
    port,
    database,
    user,
    password: password || null,
    tls: tlsOf(given.get('sslmode'), host),
    applicationName: given.get('application_name') || 'secmaster-exporter',
    options: given.get('options') || null,
  };
}

const hints: Readonly<Record<string, string>> = {
  sslrootcert: 'has sslrootcert; name that file in state.ca_file instead',
  sslcert: 'has sslcert, but client certificates are not supported; use a password',
  sslkey: 'has sslkey, but client certificates are not supported; use a password',
  target_session_attrs:
    'has target_session_attrs; name the host that is the primary, or a name that follows it, and remove it',
};

function several(): never {
  return refuse('has several hosts; name one, such as that of a pooler or a name that follows the primary');
}

function tlsOf(mode: string | null, host: string): Address['tls'] {
  if (host.startsWith('/')) return 'off';
  switch (mode) {
    case null:
      return isLoopback(host) ? 'off' : 'chain and host';
    case 'disable':
      return 'off';
    case 'verify-ca':
      return 'chain';
    case 'require':
    case 'verify-full':
      return 'chain and host';
    default:
      return refuse(
        'has an sslmode that may go on without TLS or with anybody; write verify-full, or disable if the network is trusted',
      );
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse('has a % without two hexadecimal digits; write %25 for %');
  }
}

function refuse(what: string): never {
  throw new LedgerError(`the URL of the PostgreSQL database ${what}`);
}

export interface Access {
  readonly address: Address;
  /** Asked for each new connection; null: none, or in the URL. */
  readonly password: (() => Promise<string>) | null;
  /** PEM; asked for each new connection; null: those that Node.js trusts. */
  readonly ca: (() => Promise<string>) | null;
}

export interface Connections {
  /** One that nobody else uses until it is released; a broken one is released with `true`. */
  take(): Promise<pg.PoolClient>;
  /** Ends within seconds, whatever the server does. */
  end(): Promise<void>;
}

export interface PoolSize {
  readonly maxConnections: number;
  /** For a new connection, or for one that nobody uses. */
  readonly connectMs: number;
}

/** At most so many connections. Each is opened when it is needed, and closed when nobody has needed it for a while. */
export function openConnections(
  { address, password, ca }: Access,
  { maxConnections, connectMs }: PoolSize,
): Connections {
  if (address.tls === 'chain' && ca === null)
    refuse(
      'has sslmode=verify-ca, which takes any host with a public certificate; write verify-full, or name your own CA in state.ca_file',
    );
  const sockets = new Set<Socket>();
  const tls = {
    ca: undefined as string | undefined,
    checkServerIdentity: address.tls === 'chain' ? () => undefined : checkServerIdentity,
  };
  const pool = new pg.Pool({
    host: address.host,
    port: address.port,
    database: address.database,
    user: address.user,
    password: password === null ? async () => address.password ?? '' : () => wording(password),
    ssl: address.tls === 'off' ? false : tls,
    application_name: address.applicationName,
    ...(address.options === null ? {} : { options: address.options }),
    max: maxConnections,
    connectionTimeoutMillis: connectMs,
    idleTimeoutMillis: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: { getTypeParser },
    stream: () => {
      const socket = new Socket();
      sockets.add(socket);
      return socket.once('close', () => sockets.delete(socket));
    },
  });
  const destroyAll = () => sockets.forEach((socket) => void socket.destroy());
  // Whoever uses a connection learns of its end from a statement; one that nobody uses leaves the pool by itself.
  pool.on('error', () => {});
  pool.on('connect', (client) => void client.on('error', () => {}));
  let ended: Promise<void> | undefined;
  return {
    async take() {
      if (ca !== null && pool.idleCount === 0) tls.ca = await wording(ca);
      return pool.connect();
    },
    end() {
      ended ??= (async () => {
        const late = setTimeout(destroyAll, 3_000);
        await pool.end();
        clearTimeout(late);
        // A server that doesn't answer a goodbye keeps no process alive.
        setTimeout(destroyAll, 500).unref();
      })();
      return ended;
    },
  };
}

/** What a file of the configuration has wrong says what to fix already. */
async function wording(read: () => Promise<string>): Promise<string> {
  try {
    return await read();
  } catch (error) {
    throw new LedgerError(`PostgreSQL: ${(error as Error).message}`, { cause: error });
  }
}

/** bigint and numeric, and their arrays, as numbers: the ledger's are all below 2^53. */
function getTypeParser(type: number, format?: 'text' | 'binary') {
  if (type === 20 || type === 1700) return Number;
  const parse = pg.types.getTypeParser(type, format as 'text');
  if (type === 1016 || type === 1231)
    return (text: string) => (parse(text) as (string | null)[]).map((one) => (one === null ? null : Number(one)));
  return parse;
}
