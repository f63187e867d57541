import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FakedClock } from './faked-clock.ts';
import { eventually, freePort, mainFile, type Running, start, temporaryFolder } from './processes.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** One of several exporters with one configuration, and its own wires to the database and to SecMaster. It keeps its port over restarts. */
export interface Replica {
  readonly name: string;
  readonly port: number;
  readonly database: TcpProxy;
  readonly secmaster: TcpProxy;
  /** null: the machine's. */
  readonly clock: FakedClock | null;
  readonly state: 'down' | 'starting' | 'running' | 'paused';
  /** Counts starts: another number, another process. */
  readonly lives: number;
  readonly pauses: number;
  /** Ends that nobody asked for. */
  readonly crashes: number;
  /** Starts it, unless it runs, and waits until it listens or has ended. */
  start(mainFile?: string): Promise<void>;
  /** Ends it, and waits until it has ended. A paused one can only be killed. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** As a machine that sleeps, a debugger, or a hypervisor does. */
  pause(): void;
  resume(): void;
  /** Reads its configuration again. */
  reload(): Promise<void>;
  /** Takes another configuration, at once if it runs. */
  configure(configOf: (databasePort: number) => object): Promise<void>;
  get(path: string): Promise<string>;
  /** Of all its lives. */
  log(): string;
}

export interface ReplicaOptions {
  readonly name: string;
  /** Of the real ones. */
  readonly databasePort: number;
  readonly secmasterPort: number;
  readonly clock?: FakedClock | null;
}

/** @param configOf the configuration, given the port of the replica's wire to the database */
export async function createReplica(
  configOf: (databasePort: number) => object,
  { name, databasePort, secmasterPort, clock = null }: ReplicaOptions,
): Promise<Replica> {
  const file = join(temporaryFolder(), 'config.yml');
  const database = await startTcpProxy(databasePort);
  const secmaster = await startTcpProxy(secmasterPort);
  const port = await freePort();
  // A proxy of the environment, so that the configuration is the same everywhere: a request line with a whole URL is all that it takes.
  const environment = { ...clock?.environment, HTTP_PROXY: `http://127.0.0.1:${secmaster.port}` };
  const args = ['serve', `--web.listen-address=127.0.0.1:${port}`, `--config.file=${file}`];
  const runs: Running[] = [];
  let state: Replica['state'] = 'down';
  let pauses = 0;
  let crashes = 0;

  // JSON is YAML.
  const write = (of: typeof configOf) => writeFileSync(file, JSON.stringify(of(database.port)));
  const get = async (path: string, init: RequestInit = {}) =>
    (await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(10_000), ...init })).text();
  const reload = async () => void (await get('/-/reload', { method: 'POST' }));
  write(configOf);

  return {
    name,
    port,
    database,
    secmaster,
    clock,
    get state() {
      return state;
    },
    get lives() {
      return runs.length;
    },
    get pauses() {
      return pauses;
    },
    get crashes() {
      return crashes;
    },
    async start(main = mainFile) {
      if (state !== 'down') return;
      const running = start(process.execPath, [main, ...args], environment);
      runs.push(running);
      state = 'starting';
      void running.ended.then(() => {
        if (runs.at(-1) !== running || state === 'down') return;
        state = 'down';
        crashes++;
      });
      await eventually(
        () => state !== 'starting' || running.stderr().includes('"port":') || undefined,
        'listening',
        running,
      );
      if (state === 'starting') state = 'running';
    },
    async end(signal) {
      const running = runs.at(-1);
      if (state === 'down' || running === undefined) return;
      state = 'down';
      running.child.kill(signal);
      await running.ended;
    },
    pause() {
      if (state !== 'running') return;
      state = 'paused';
      pauses++;
      runs.at(-1)?.child.kill('SIGSTOP');
    },
    resume() {
      if (state !== 'paused') return;
      runs.at(-1)?.child.kill('SIGCONT');
      state = 'running';
    },
    reload,
    async configure(changed) {
      write(changed);
      if (state === 'running') await reload();
    },
    get: (path) => get(path),
    log: () => runs.map((running) => running.stderr()).join(''),
  };
}
