import { type Behaviour, friendly } from '../../../src/simulator/behaviour.ts';
import { behavioursOf } from './blind-spots.ts';
import type { Outcome } from './unkind-run.ts';
import type { UnkindWorld } from './unkind-worlds.ts';

/** Counts how worlds end, to see that nobody passes by giving up. */
export interface Tally {
  /** Once a world has failed, others are variants of it and don't count. */
  add(world: UnkindWorld, outcome: Outcome, hasFailed: boolean): void;
  /** The part of the worlds that end true and complete; 1 where they are too few to tell. */
  share(kind: Kind): number;
  text(): string;
}

const kinds = ['friendly', 'one switch', 'several, or changing'] as const;
export type Kind = (typeof kinds)[number];

const ends = ['true', 'true, incomplete', 'confessed', 'failing', 'silent'] as const;
type End = (typeof ends)[number];

const few = 20;

export function createTally(): Tally {
  const counts = new Map<Kind, Map<End, number>>();
  let hasEnded = false;
  const count = (kind: Kind, end: End) => counts.get(kind)?.get(end) ?? 0;
  const sum = (kind: Kind) => ends.reduce((total, end) => total + count(kind, end), 0);
  return {
    add(world, { verdict, isComplete }, hasFailed) {
      if (hasEnded) return;
      hasEnded = hasFailed;
      const kind = kindOf(world);
      const end = verdict === 'true' && !isComplete ? 'true, incomplete' : verdict;
      const byEnd = counts.get(kind) ?? new Map<End, number>();
      counts.set(kind, byEnd.set(end, (byEnd.get(end) ?? 0) + 1));
    },
    share: (kind) => (sum(kind) < few ? 1 : count(kind, 'true') / sum(kind)),
    text: () =>
      kinds
        .map((kind) => `${kind}: ${sum(kind)} worlds, ${ends.map((end) => `${count(kind, end)} ${end}`).join('; ')}`)
        .join('\n'),
  };
}

function kindOf({ plan }: UnkindWorld): Kind {
  const behaviours = behavioursOf(plan);
  const unkind = behaviours.map((behaviour) => switchesOf(behaviour).length);
  if (unkind.every((switches) => switches === 0)) return 'friendly';
  return unkind.length === 1 && unkind[0] === 1 ? 'one switch' : 'several, or changing';
}

/** Those that are not friendly. */
function switchesOf(behaviour: Behaviour): string[] {
  return Object.entries(behaviour).flatMap(([group, switches]) => {
    const kind: Readonly<Record<string, unknown>> = friendly[group as keyof Behaviour];
    return Object.entries(switches).flatMap(([key, value]) =>
      JSON.stringify(value) === JSON.stringify(kind[key]) ? [] : [`${group}.${key}`],
    );
  });
}
