import { pino } from 'pino';
import type { Behaviours, Profile } from '../../../src/model/profile.ts';
import { probe } from '../../../src/poll/profile/probe.ts';
import { noFilters } from '../../../src/secmaster/api/filters.ts';
import type { ListQuery, SecMaster } from '../../../src/secmaster/api/secmaster.ts';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';
import { defaultProject, defaultWorkspace } from '../../../src/simulator/defaults.ts';
import { createManualClock, type ManualClock } from '../../../src/simulator/manual-clock.ts';
import { createSimulator } from '../../../src/simulator/simulator.ts';
import type { World } from '../../../src/simulator/world.ts';
import { createClientInProcess } from '../../support/secmaster/in-process.ts';

export type Found = { readonly [Name in keyof Behaviours]?: Behaviours[Name] };

export interface Probed {
  readonly profile: Profile;
  readonly found: Found;
  readonly queries: readonly ListQuery[];
}

export interface Probing {
  readonly clock: ManualClock;
  readonly world: World;
  readonly secmaster: SecMaster;
  /** Finds out how SecMaster is with this change alone. */
  probe(behaviour?: BehaviourChange, before?: Profile): Promise<Probed>;
}

export const startMs = Date.parse('2026-07-18T12:00:00Z');

export interface ProbingOptions {
  readonly seed?: number;
  /** On average, in a life of ten hours. */
  readonly rows?: number;
  readonly filters?: typeof noFilters;
}

/** A probe of a simulated SecMaster, in which half a second passes with each request. */
export function createProbing({ seed = 3, rows = 300, filters = noFilters }: ProbingOptions = {}): Probing {
  const clock = createManualClock(startMs);
  const life = { seed, historyMs: 10 * 3_600_000, runsPerMinute: rows / 600 };
  const workspaces = [{ ...defaultWorkspace, ...(rows > 0 && { life }) }];
  const simulator = createSimulator({
    clock,
    seed,
    tokenLifetimeMs: 1e12,
    projects: [{ ...defaultProject, workspaces }],
  });
  simulator.bringUpToDate();
  const secmaster = createClientInProcess(simulator, { clock, log: pino({ level: 'silent' }), filters });
  return {
    clock,
    world: simulator.directory.workspace(defaultWorkspace.id).world,
    secmaster,
    async probe(behaviour = {}, before) {
      simulator.behaviour.put(behaviour);
      const queries: ListQuery[] = [];
      const { signal } = new AbortController();
      const ask = (query: ListQuery) => {
        queries.push(query);
        clock.advance(500);
        return secmaster.listInstances(defaultWorkspace.id, query, signal);
      };
      const profile = await probe(ask, clock.now, before);
      return { profile, found: foundIn(profile), queries };
    },
  };
}

export function foundIn(profile: Profile): Found {
  return Object.fromEntries(Object.entries(profile).map(([name, { value }]) => [name, value]));
}
