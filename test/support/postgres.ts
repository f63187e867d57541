import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, globSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { programFile } from '../tools/system-parts.ts';
import type { Pair } from './http/authority.ts';
import { freePort } from './process/processes.ts';

/** A PostgreSQL server of the test's own: a cluster in a temporary folder, on loopback. */
export interface PostgresServer {
  readonly port: number;
  /** Also of its socket, by which the role `postgres` comes in without a password. */
  readonly folder: string;
  /** A new, empty database that belongs to the role `exporter`, as a URL with its password. */
  createDatabase(): Promise<string>;
  /** Runs SQL as the superuser. */
  sql<Row>(sql: string, database?: string): Promise<Row[]>;
  /** Once it has been stopped or killed. */
  start(): Promise<void>;
  stop(mode?: 'smart' | 'fast' | 'immediate'): Promise<void>;
  restart(): Promise<void>;
  /** As if the machine lost its power, but for what the disk would lose. */
  kill(): Promise<void>;
  /** It keeps its connections and answers nothing until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends it and removes its folder. */
  end(): Promise<void>;
}

export interface PostgresSettings {
  /** For 127.0.0.1; none: it refuses TLS. */
  readonly tls?: Pair;
  /** As in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** The lines of pg_hba.conf before those for everybody. */
  readonly access?: readonly string[];
  /** It follows this one, read-only. */
  readonly standbyOf?: PostgresServer;
}

/** Has what a URL must escape. */
export const exporterPassword = 'p@ss/w:rd %41';

/** A server for all tests of a file. */
export function usePostgres(settings: PostgresSettings = {}): PostgresServer {
  let server: PostgresServer | undefined;
  beforeAll(async () => {
    server = await startPostgres(settings);
  });
  afterAll(() => server?.end());
  return new Proxy({} as PostgresServer, {
    get(_, name) {
      if (server === undefined) throw new Error('the server of this file starts before its first test');
      return Reflect.get(server, name);
    },
  });
}

const signals = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

/** The caller ends it; it ends with this process in any case. */
export async function startPostgres({
  tls,
  settings = {},
  access = [],
  standbyOf,
}: PostgresSettings = {}): Promise<PostgresServer> {
  const user = unprivilegedUser();
  const own = (file: string) => {
    if (user !== null) chownSync(file, user.uid, user.gid);
  };
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  own(folder);
  const guard = guardFolder(folder);
  const data = join(folder, 'data');
  const port = await freePort();
  let main: ChildProcess | undefined;
  let databases = 0;

  function provide(name: string, text: string): string {
    const file = join(folder, name);
    writeFileSync(file, text);
    chmodSync(file, 0o600);
    own(file);
    return file;
  }

  async function sql<Row>(text: string, database = 'postgres'): Promise<Row[]> {
    const client = new pg.Client({ host: folder, port, user: 'postgres', database });
    await client.connect();
    try {
      return (await client.query(text)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  async function start(): Promise<void> {
    const values = {
      listen_addresses: '127.0.0.1',
      port,
      unix_socket_directories: folder,
      // What only a loss of power would need.
      fsync: 'off',
      full_page_writes: 'off',
      shared_buffers: '32MB',
      ...(tls === undefined
        ? {}
        : { ssl: 'on', ssl_cert_file: join(folder, 'server.crt'), ssl_key_file: join(folder, 'server.key') }),
      ...settings,
    };
    const given = Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(programFile('postgres'), ['-D', data, ...given], {
      ...user,
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-10_000);
    });
    main = child;
    while (!isReady(data, child.pid)) {
      if (child.exitCode !== null) throw new Error(`PostgreSQL ended with ${child.exitCode}:\n${output}`);
      await sleep(20);
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const child = main;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  /** The server and its processes. */
  function signalAll(signal: NodeJS.Signals): void {
    const pid = main?.pid;
    if (pid === undefined) return;
    for (const one of [pid, ...childrenOf(pid)]) {
      try {
        process.kill(one, signal);
      } catch {
        // It has ended by itself.
      }
    }
  }

  const server: PostgresServer = {
    port,
    folder,
    async createDatabase() {
      databases += 1;
      const name = `test_${databases}`;
      await sql(`CREATE DATABASE ${name} OWNER exporter`);
      return `postgresql://exporter:${encodeURIComponent(exporterPassword)}@127.0.0.1:${port}/${name}`;
    },
    sql,
    start,
    stop: (mode = 'fast') => end(signals[mode]),
    async restart() {
      await end(signals.fast);
      await start();
    },
    async kill() {
      const pid = main?.pid;
      if (main === undefined || pid === undefined) return;
      const ended = once(main, 'exit');
      main.kill('SIGSTOP');
      const all = childrenOf(pid);
      signalAll('SIGKILL');
      await ended;
      while (all.some(isAlive)) await sleep(10);
    },
    pause: () => signalAll('SIGSTOP'),
    resume: () => signalAll('SIGCONT'),
    async end() {
      signalAll('SIGCONT');
      await end('SIGINT');
      const ended = once(guard, 'exit');
      guard.stdin?.end();
      await ended;
    },
  };

  try {
    if (tls !== undefined) {
      provide('server.crt', tls.cert);
      provide('server.key', tls.key);
    }
    if (standbyOf === undefined) await initialise(folder, data, user, access);
    else await copyOf(standbyOf, data, user);
    await start();
    if (standbyOf === undefined) await sql(`CREATE ROLE exporter LOGIN PASSWORD '${exporterPassword}'`);
    return server;
  } catch (error) {
    await server.end();
    throw error;
  }
}

async function initialise(folder: string, data: string, user: User | null, access: readonly string[]): Promise<void> {
  const initdb = ['-D', data, '-U', 'postgres', '-E', 'UTF8', '--no-locale', '--no-sync', '--no-instructions'];
  await promisify(execFile)(programFile('initdb'), [...initdb, '--auth-local=trust', '--auth-host=scram-sha-256'], {
    ...user,
    cwd: folder,
  });
  const file = join(data, 'pg_hba.conf');
  if (access.length > 0) writeFileSync(file, [...access, readFileSync(file, 'utf8')].join('\n'));
}

async function copyOf(primary: PostgresServer, data: string, user: User | null): Promise<void> {
  await promisify(execFile)(
    programFile('pg_basebackup'),
    ['-D', data, '-h', primary.folder, '-p', `${primary.port}`, '-U', 'postgres', '-R', '--no-sync', '-c', 'fast'],
    { ...user, cwd: '/' },
  );
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL's programs refuse to run as root; null: this user will do. */
export function unprivilegedUser(): User | null {
  if (process.getuid?.() !== 0) return null;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const found = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (found === undefined) throw new Error('as root the tests need a user postgres or nobody; create one');
  return { uid: Number(found[2]), gid: Number(found[3]) };
}

/** Ends the server of the folder with whatever is left of it, and removes the folder, once this process has ended or says so. */
function guardFolder(folder: string): ChildProcess {
  const script = `
    cat > /dev/null
    main=$(head -n 1 "$1/data/postmaster.pid" 2> /dev/null)
    if [ -n "$main" ]; then
      for stat in /proc/[0-9]*/stat; do
        read -r pid name state parent rest < "$stat" && [ "$parent" = "$main" ] && kill -KILL "$pid"
      done
      kill -KILL "$main"
      sleep 0.2
    fi
    rm -rf "$1"`;
  return spawn('/bin/sh', ['-c', script, 'sh', folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
}

function isReady(data: string, pid: number | undefined): boolean {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    return Number(lines[0]) === pid && (lines[7] ?? '').trim() === 'ready';
  } catch {
    return false;
  }
}

function childrenOf(parent: number): number[] {
  return globSync('/proc/[0-9]*/stat').flatMap((file) => {
    try {
      const [pid, , , ppid] = readFileSync(file, 'utf8')
        .replace(/\(.*\)/, '-')
        .split(' ')
        .map(Number);
      return ppid === parent && pid !== undefined ? [pid] : [];
    } catch {
      return [];
    }
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
