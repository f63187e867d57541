/** The exporter, polled when its parent asks for it. Argument: the configuration. With `--expose-gc`. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Agent } from 'undici';
import { systemClock } from '../../src/clock.ts';
import { createExporter } from '../../src/commands/exporter.ts';
import { loadConfig } from '../../src/config/load.ts';
import { listen } from '../../src/http/listen.ts';
import { createLogger } from '../../src/log.ts';
import { cronProblem } from '../../src/poll/timer.ts';
import { answer } from './processes.ts';
import { cpuMs } from './statistics.ts';

const loaded = loadConfig({ configFile: process.argv[2] ?? '', environment: {} }, { cronProblem });
if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
const config = { ...loaded.config, poll: { ...loaded.config.poll, rateLimit: 1_000_000 } };
const exporter = await createExporter(config, {
  clock: systemClock,
  dispatcher: new Agent(),
  log: createLogger('warn', 'json'),
  version: 'bench',
  telemetryPath: '/metrics',
});
// Once asked for, a format is rendered at each change.
await exporter.exposition.scrape('openmetrics', 'gzip');
const { port } = await listen(exporter.app, { host: '127.0.0.1', port: 0 });
const delay = monitorEventLoopDelay({ resolution: 1 });

const functions = {
  url: () => `http://127.0.0.1:${port}/metrics`,
  cpuMs: () => cpuMs(),
  /** Polls every workspace, one after the other. */
  poll: async () => {
    const before = cpuMs();
    delay.reset();
    delay.enable();
    const beganMs = performance.now();
    for (const workspace of exporter.workspaces) await workspace.poll(new AbortController().signal, () => true);
    const wallMs = performance.now() - beganMs;
    delay.disable();
    const errors = exporter.workspaces.flatMap((workspace) => workspace.report().polls.last?.error ?? []);
    if (errors.length > 0) throw new Error(errors.join('; '));
    return { cpuMs: cpuMs() - before, wallMs, longestDelayMs: delay.max / 1e6 };
  },
  /** After a collection of garbage, in MB. */
  memory: () => {
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    return { rss: rss / 1e6, heap: heapUsed / 1e6 };
  },
};
export type ExporterProcess = typeof functions;
answer(functions);
