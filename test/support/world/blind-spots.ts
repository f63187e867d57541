import type { Behaviour } from '../../../src/simulator/behaviour.ts';
import { changed, friendly } from '../../../src/simulator/behaviour.ts';
import type { Instance } from '../../../src/simulator/instance.ts';
import type { Leniency } from './compare.ts';
import { lookbackMs, type SimulatedSoc } from './simulated-soc.ts';
import type { Step, WorldPlan } from './worlds.ts';

/**
 * What nobody can know who polls a server that behaves in these ways, one after another: each exception with its reason. It is
 * kept out of the worlds, and everything else must be counted, or said to be missing.
 */
export interface BlindSpots {
  /** How long nothing happens before a ledger begins. */
  readonly quietMs: number;
  isBlindTo(step: Step, instance: Instance, nowMs: number): boolean;
  readonly leniency: Leniency;
  /** Lets what would stay unseen for ever be seen in the end. */
  disclose(soc: SimulatedSoc): void;
}

/** Every way in which the server behaves in the course of a plan. */
export function behavioursOf({ behaviour, steps }: WorldPlan): readonly Behaviour[] {
  const all = [changed(friendly, behaviour)];
  for (const step of steps) {
    if (step.kind !== 'behave') continue;
    all.push(changed(step.how === 'put' ? friendly : (all.at(-1) ?? friendly), step.change));
  }
  return all;
}

export function blindSpotsOf(behaviours: readonly Behaviour[]): BlindSpots {
  const ever = (holds: (behaviour: Behaviour) => boolean) => behaviours.some(holds);
  const longest = (ms: (behaviour: Behaviour) => number) => Math.max(...behaviours.map(ms));
  const isOrdered = !ever(({ order }) => order.rows !== 'sorted' || order.sortKey !== 'honoured');
  const isStatusAsked = !ever(({ filters }) => filters.status === 'ignored' || filters.status === 'refused');
  const differsIn = (what: Behaviour['replicas']['differIn'][number]) =>
    ever(({ replicas }) => replicas.differIn.includes(what));

  return {
    // Of a retry, a row shows that it happened and not when. A replica that lags shows an instance from before the ledger without
    // it, and by a wrong Date the ledger begins earlier than it does. Two seconds: times may be off by a second.
    quietMs:
      2_000 +
      longest(({ replicas: { lagEvery, lagMs } }) => (lagEvery === null ? 0 : lagMs)) +
      longest(({ time }) => Math.abs(time.offMs)),

    isBlindTo({ kind }, { createTimeMs }, nowMs) {
      if (isOrdered) return false;
      // Without the order of update_time, a row that has ended shows that it has changed only to those who read it again. Nobody
      // reads everything again: half a lookback is asked for, and no row that shows nothing at all for a while.
      if (kind === 'hide') return true;
      return kind === 'retry' && createTimeMs < nowMs - lookbackMs / 2;
    },

    leniency: {
      // A first row without them says that there are none.
      without: [
        ...(differsIn('playbook') ? (['playbook_id'] as const) : []),
        ...(differsIn('trigger-type') ? (['trigger_type'] as const) : []),
      ],
      secondsOff:
        (ever(({ rows }) => rows.milliseconds === 'absent') ? 1 : 0) + (differsIn('milliseconds') ? 0.002 : 0),
    },

    disclose({ world, now }) {
      // A retry that moves no update_time shows where RETRYING is asked for, or by the attempt's end.
      if (isStatusAsked || !ever(({ retries }) => retries.updateTime === 'kept')) return;
      for (const { id, status } of world.instances.values()) if (status === 'RETRYING') world.touch(id, now());
    },
  };
}
