import { pino } from 'pino';
import { Agent } from 'undici';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import { createExporter, type Exporter } from '../../../src/commands/exporter.ts';
import type { Loaded } from '../../../src/config/load.ts';
import { defaultAccessKey } from '../../../src/simulator/defaults.ts';
import type { WorkspaceOptions } from '../../../src/simulator/directory.ts';
import { listen } from '../../../src/simulator/listen.ts';
import { createManualClock, isManualClock } from '../../../src/simulator/manual-clock.ts';
import { createSimulator, type Simulator } from '../../../src/simulator/simulator.ts';
import { configOf, loadText } from '../../config/loading.ts';
import { parseExposition, scrapeOf } from '../metrics/exposition.ts';
import { routesThrough } from '../secmaster/routes.ts';

/** Simulated SecMasters, one a region, with projects and workspaces, and an exporter of them in this process, over sockets. */
export interface Organisation {
  readonly simulators: readonly Simulator[];
  readonly clock: Clock;
  /** Turns the clock, where it is one that stands still. */
  turn(ms: number): void;
  readonly exporter: Exporter;
  readonly logged: readonly { readonly msg: string }[];
  /** Polls everything that there is to poll, and what has been found meanwhile. */
  poll(): Promise<void>;
  /** A family's values by the label `workspace`. */
  byWorkspace(family: string): Promise<Record<string, number>>;
}

export interface OrganisationOptions {
  /** None: one that stands still. */
  readonly clock?: Clock;
  /** A region each: its projects. */
  readonly regions: readonly (readonly ProjectOptions[])[];
  /** The list of workspaces in the configuration, given the origin of each region. */
  readonly workspaces: (origins: readonly string[]) => readonly object[];
  /** The configuration when it is read again, given that of now; none: the same. */
  readonly load?: (text: (entries: readonly object[]) => string, origins: readonly string[]) => string;
}

interface ProjectOptions {
  readonly id: string;
  readonly name: string;
  readonly workspaces: readonly WorkspaceOptions[];
}

export const startMs = Date.parse('2026-07-18T12:00:00Z');

export const projectId = (n: number) => String(n).padStart(32, '0');
export const workspaceId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export async function createOrganisation({
  clock = createManualClock(startMs),
  regions,
  workspaces,
  load,
}: OrganisationOptions): Promise<Organisation> {
  const simulators = regions.map((projects) => createSimulator({ clock, projects }));
  const listening = await Promise.all(simulators.map((simulator) => listen(simulator, '127.0.0.1', 0)));
  const dispatcher = new Agent();
  const logged: { msg: string }[] = [];
  const origins = listening.map(({ url }) => url);
  const keys = { ak: defaultAccessKey.ak, sk: defaultAccessKey.sk };
  const textOf = (entries: readonly object[]) =>
    JSON.stringify({
      state: { path: ':memory:' },
      workspaces: entries.map((entry) => ({ credentials: { ak_sk: keys }, ...entry })),
    });
  const read = async (text: string): Promise<Loaded> => {
    const loaded = await loadText(text);
    if ('problems' in loaded) return loaded;
    const { config } = loaded;
    // The clock stands still, so nobody may have to wait for his turn.
    const poll = { ...config.poll, rateLimit: 1e9 };
    return { config: { ...config, poll, metrics: { ...config.metrics, newSeriesHoldMs: 0 } } };
  };
  const first = textOf(workspaces(origins));
  const pollNow: { poll(signal: AbortSignal, hasTimeLeft: () => boolean): Promise<void> }[] = [];
  const exporter = await createExporter(configOf(await read(first)), {
    clock,
    routes: routesThrough(dispatcher),
    log: pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) }),
    version: 'test',
    revision: 'unknown',
    web: { telemetryPath: '/metrics', externalUrl: '', routePrefix: '' },
    documents: new Map(),
    load: () => read(load === undefined ? first : load(textOf, origins)),
    onReloaded: async () => {},
    onNew: (found) => void pollNow.push(...found),
    stall: () => null,
  });
  onTestFinished(async () => {
    await exporter.close();
    await dispatcher.destroy();
    for (const { close } of listening) await close();
  });
  const { signal } = new AbortController();
  return {
    simulators,
    clock,
    turn(ms) {
      if (isManualClock(clock)) clock.advance(ms);
    },
    exporter,
    logged,
    async poll() {
      for (const one of exporter.fleet.pollables()) await one.poll(signal, () => true);
      for (const one of pollNow.splice(0)) await one.poll(signal, () => true);
    },
    async byWorkspace(family) {
      const samples = parseExposition(await scrapeOf(exporter.exposition));
      const found = samples.filter(({ name }) => name === family);
      return Object.fromEntries(found.map(({ labels, value }) => [labels.workspace, value]));
    },
  };
}
