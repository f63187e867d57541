import fc from 'fast-check';
import { type BehaviourChange, merged } from '../../../src/simulator/behaviour.ts';
import { behaviours, type SwitchName } from './behaviours.ts';
import { lives, type Schedule, type Step, schedules, type WorldPlan } from './worlds.ts';

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

/** Sometimes lists end after 12 or 40 rows, so that a world of this size is too large for one, as a real one with more than 10,000. */
const besides = fc.constantFrom<BehaviourChange>(
  {},
  {},
  { paging: { maxRows: 10, maxOffset: 30 } },
  { paging: { maxRows: 4, maxOffset: 8 } },
);

export interface UnkindWorld {
  readonly plan: WorldPlan;
  readonly schedule: Schedule;
}

/** Worlds in which the server's behaviour is drawn as well. */
export const unkindWorlds: fc.Arbitrary<UnkindWorld> = fc
  .record({
    seed: fc.nat(),
    behaviour: fc.tuple(besides, behaviours(withoutSleep)).map(([one, other]) => merged(one, other)),
    // Crowds take ten times as long.
    lives: fc.oneof(
      { weight: 10, arbitrary: lives.few },
      { weight: 1, arbitrary: lives.crowded },
      { weight: 1, arbitrary: lives.tied },
    ),
    changes,
    schedule: schedules,
  })
  .map(({ seed, behaviour, lives: { history, life }, changes, schedule }) => {
    const steps: Step[] = [...history, ...life];
    for (const { at, step } of changes) steps.splice(at % (steps.length + 1), 0, step);
    return { plan: { behaviour, seed, steps }, schedule };
  });
