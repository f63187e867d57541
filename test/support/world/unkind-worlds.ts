import fc from 'fast-check';
import { behaviours, type SwitchName } from './behaviours.ts';
import { type Schedule, type Step, schedules, type WorldPlan, worlds } from './worlds.ts';

/** On a clock that stands still nobody sleeps. */
const withoutSleep: readonly SwitchName[] = ['load.msPerPage'];

interface Change {
  readonly at: number;
  readonly step: Step & { readonly kind: 'behave' };
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat({ max: 99 }),
  step: fc.record({
    kind: fc.constant('behave'),
    how: fc.constantFrom('put', 'patch'),
    change: behaviours(withoutSleep),
  }),
});

/** In every other one the server changes while it runs. */
const changes = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Change[]>([]) },
  { weight: 1, arbitrary: fc.array(change, { minLength: 1, maxLength: 3, size: 'max' }) },
);

export interface UnkindWorld {
  readonly plan: WorldPlan;
  readonly schedule: Schedule;
}

/** Worlds in which the server's behaviour is drawn as well. */
export const unkindWorlds: fc.Arbitrary<UnkindWorld> = fc
  .record({ world: worlds, behaviour: behaviours(withoutSleep), changes, schedule: schedules })
  .map(({ world: { history, life, seed }, behaviour, changes, schedule }) => {
    const steps: Step[] = [...history, ...life];
    for (const { at, step } of changes) steps.splice(at % (steps.length + 1), 0, step);
    return { plan: { behaviour, seed, steps }, schedule };
  });
