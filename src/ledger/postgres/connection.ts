import { Socket } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import pg from 'pg';
import { type Address, needsOwnCa, readAddress } from '../../model/postgres-address.ts';
import { LedgerError } from '../store.ts';

/** @throws {LedgerError} that says what to fix, without the URL */
export function addressOf(url: string): Address {
  try {
    return readAddress(url);
  } catch (error) {
    return refuse((error as Error).message);
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
  if (address.tls === 'chain' && ca === null) refuse(needsOwnCa);
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
