import type { Random } from '../../src/simulator/random.ts';
import type { Replica } from '../support/process/replica.ts';
import type { TcpProxy } from '../support/process/tcp-proxy.ts';
import type { Site } from './site.ts';

/** What may go wrong, or just happen. It begins when called; what it returns ends it. */
export type Trouble = (site: Site, random: Random, one: Replica) => Promise<End | undefined> | End | undefined;
export type End = () => Promise<void> | void;

const hourMs = 3_600_000;

const wire =
  (which: 'database' | 'secmaster', breakIt: (proxy: TcpProxy, random: Random) => Promise<void> | void): Trouble =>
  async (_, random, { [which]: proxy }) => {
    await breakIt(proxy, random);
    return () => proxy.mend();
  };

const clockOff =
  (ms: number): Trouble =>
  ({ replicas }) => {
    const clock = replicas.find((one) => one.clock !== null)?.clock;
    clock?.jump(ms);
    return () => clock?.jump(-ms);
  };

/** Those of one replica, drawn by the schedule. To add one is a line. */
export const ofReplica: Readonly<Record<string, Trouble>> = {
  'is killed': async (_site, _random, one) => {
    await one.end('SIGKILL');
    return () => one.start();
  },
  'is killed and started at once': async (_site, _random, one) => {
    await one.end('SIGKILL');
    await one.start();
    return undefined;
  },
  'is killed while it starts': async (_site, random, one) => {
    await one.end('SIGKILL');
    const starting = one.start();
    setTimeout(() => void one.end('SIGKILL'), random.between(100, 2_000));
    await starting;
    return () => one.start();
  },
  'is stopped': async (_site, _random, one) => {
    if (one.state === 'running') await one.end('SIGTERM');
    return () => one.start();
  },
  'is paused': (_site, _random, one) => {
    one.pause();
    return () => one.resume();
  },
  'is paused with its database connections blackholed': (_site, _random, one) => {
    one.database.blackhole();
    one.pause();
    return async () => {
      one.resume();
      await one.database.mend();
    };
  },
  'reads its configuration again': async (_site, _random, one) => {
    if (one.state === 'running') await one.reload().catch(() => {});
    return undefined;
  },
  'is refused by the database': wire('database', (proxy) => proxy.refuse()),
  'has its database connections cut': wire('database', (proxy) => proxy.cut()),
  'has its database connections cut after some bytes': wire('database', (proxy, random) =>
    proxy.cutAfter(Math.floor(random.exponential(3_000))),
  ),
  'hears nothing of the database': wire('database', (proxy) => proxy.blackhole()),
  'does not get the answers of the database': wire('database', (proxy) => proxy.swallowAnswers()),
  'has a slow database': wire('database', (proxy, random) => proxy.delay(random.between(5, 300))),
  'is refused by SecMaster': wire('secmaster', (proxy) => proxy.refuse()),
  'has its SecMaster connections cut after some bytes': wire('secmaster', (proxy, random) =>
    proxy.cutAfter(Math.floor(random.exponential(20_000))),
  ),
  'hears nothing of SecMaster': wire('secmaster', (proxy) => proxy.blackhole()),
  'has a slow SecMaster': wire('secmaster', (proxy, random) => proxy.delay(random.between(50, 1_500))),
};

/** Those of the database's server: one at a time, because a server that is paused answers no statement. */
export const ofServer: Readonly<Record<string, Trouble>> = {
  'the database restarts': async ({ server }, random) => {
    await server.stop(random.pick(['fast', 'immediate']));
    await server.start();
    return undefined;
  },
  'the database is down': async ({ server }, random) => {
    await server.stop(random.pick(['fast', 'immediate']));
    return () => server.start();
  },
  'the database is killed': async ({ server }) => {
    await server.kill();
    return () => server.start();
  },
  'the database is paused': ({ server }) => {
    server.pause();
    return () => server.resume();
  },
  'every connection to the database is terminated': async ({ server }) => {
    await server
      .sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'exporter'")
      .catch(() => {});
    return undefined;
  },
  'somebody locks the table of tasks': ({ server, database }, random) => {
    const seconds = random.between(0.2, 4).toFixed(1);
    const lock = `BEGIN; LOCK TABLE task IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(${seconds}); COMMIT`;
    const locked = server.sql(lock, database).catch(() => {});
    return async () => void (await locked);
  },
};

/** Those of everything that replicas share. */
export const ofAll: Readonly<Record<string, Trouble>> = {
  'the clock of a replica goes an hour ahead': clockOff(hourMs),
  'the clock of a replica goes an hour back': clockOff(-hourMs),
  'a flood of runs comes': async (site, random) => {
    await site.flood(Math.floor(random.between(50, 600)));
    return undefined;
  },
  'time passes': async (site, random) => {
    await site.turn(Math.floor(random.between(1_000, 10 * 60_000)));
    return undefined;
  },
  'SecMaster fails now and then': async (site) => {
    await site.fail();
    return () => site.heal();
  },
};
