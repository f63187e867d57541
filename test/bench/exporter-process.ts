/** The exporter, polled when its parent asks for it. Argument: the configuration. With `--expose-gc`. */
import { Agent } from 'undici';
import { systemClock } from '../../src/clock.ts';
import { createExporter } from '../../src/commands/exporter.ts';
import { keepHeapSmall } from '../../src/commands/small-heap.ts';
import { loadConfig } from '../../src/config/load.ts';
import { listen } from '../../src/http/listen.ts';
import { createLog } from '../../src/log.ts';
import { routesThrough } from '../support/secmaster/routes.ts';
import { answer } from './processes.ts';
import { cpuMs } from './statistics.ts';

keepHeapSmall();
const loaded = await loadConfig({ configFile: process.argv[2] ?? '', environment: {} });
if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
const config = { ...loaded.config, poll: { ...loaded.config.poll, rateLimit: 1_000_000 } };
const exporter = await createExporter(config, {
  clock: systemClock,
  routes: routesThrough(new Agent()),
  log: createLog('warn', 'json').log,
  version: 'bench',
  revision: 'unknown',
  web: { telemetryPath: '/metrics', externalUrl: '', routePrefix: '' },
  documents: new Map(),
  load: async () => loaded,
  onReloaded: async () => {},
  onNew: () => {},
  stall: () => null,
});
// Once asked for, a format is rendered at each change.
await exporter.exposition.scrape('openmetrics', 'gzip');
const { port } = await listen(exporter.app, { host: '127.0.0.1', port: 0 }, undefined, exporter.answerScrape);

const functions = {
  url: () => `http://127.0.0.1:${port}/metrics`,
  cpuMs: () => cpuMs(),
  /** Polls every workspace, one after the other. */
  poll: async () => {
    const before = cpuMs();
    for (const one of exporter.fleet.pollables()) await one.poll(new AbortController().signal, () => true);
    const errors = exporter.fleet.reports().flatMap(({ polls }) => polls.last?.error ?? []);
    if (errors.length > 0) throw new Error(errors.join('; '));
    return { cpuMs: cpuMs() - before };
  },
  /** Polls, and does what comes after the polls. */
  pollAndAfter: async () => {
    const before = cpuMs();
    await functions.poll();
    for (const one of exporter.fleet.pollables()) await one.afterPoll?.(new AbortController().signal);
    return { cpuMs: cpuMs() - before };
  },
  /** Polls, and tells the most CPU time that the main thread took between two turns of its event loop. */
  pollWatched: async () => {
    const watch = watchTurns();
    await functions.poll();
    return { longestTurnMs: watch.stop() };
  },
  /** After a collection of garbage, in MB. */
  memory: () => {
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    return { rss: rss / 1e6, heap: heapUsed / 1e6 };
  },
};
/** The event loop spins meanwhile. */
function watchTurns() {
  // Linux may count CPU time in ticks of 4 ms: a turn takes no more of it than of time.
  const nowMs = () => {
    const { user, system } = process.threadCpuUsage();
    return { cpu: (user + system) / 1000, wall: performance.now() };
  };
  let last = nowMs();
  let longestMs = 0;
  let isOn = true;
  const turn = () => {
    const now = nowMs();
    longestMs = Math.max(longestMs, Math.min(now.cpu - last.cpu, now.wall - last.wall));
    last = now;
    if (isOn) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    stop: () => {
      isOn = false;
      return longestMs;
    },
  };
}

export type ExporterProcess = typeof functions;
answer(functions);
