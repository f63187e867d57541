import type { NameOrigin, WantedName } from '../workspace/name.ts';

/** Who wants a value of the label `workspace`, and which. */
export interface WantedLabel extends WantedName {
  readonly owner: string;
  /** What may stand in brackets behind the name to make it unique, the best first. */
  readonly suffixes: readonly string[];
}

/** Names that the configuration gives come first, and what only stands in for a name comes last. */
const origins: readonly NameOrigin[] = ['configured', 'learnt', 'placeholder'];

/**
 * Gives each owner a label that no other owner has, or their series would be one: the name itself where it is free, else with
 * the first suffix, or number, that makes it unique. Among equals, who has a label of his name already keeps it, and then
 * those that stand first choose first; a configured name takes its label from whoever has it.
 */
export function assignLabels(
  wanted: readonly WantedLabel[],
  previous: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  const taken = new Set<string>();
  function assign(owner: string, label: string): void {
    labels.set(owner, label);
    taken.add(label);
  }

  for (const origin of origins) {
    const equals = wanted.filter((one) => one.origin === origin);
    for (const one of origin === 'configured' ? [] : equals) {
      const label = previous.get(one.owner);
      if (label !== undefined && isLabelOf(one, label) && !taken.has(label)) assign(one.owner, label);
    }
    for (const one of equals) if (!labels.has(one.owner)) assign(one.owner, firstFree(one, taken));
  }
  return labels;
}

function isLabelOf({ name, suffixes }: WantedLabel, label: string): boolean {
  if (label === name || suffixes.some((suffix) => label === suffixed(name, suffix))) return true;
  const [, number] = /\((\d+)\)$/.exec(label) ?? [];
  return number !== undefined && label === suffixed(name, number);
}

function firstFree({ name, suffixes }: WantedLabel, taken: ReadonlySet<string>): string {
  const candidates = [name, ...suffixes.map((suffix) => suffixed(name, suffix))];
  let label = candidates.find((candidate) => !taken.has(candidate));
  for (let n = 2; label === undefined; n += 1) label = [suffixed(name, n)].find((candidate) => !taken.has(candidate));
  return label;
}

function suffixed(name: string, suffix: string | number): string {
  return `${name} (${suffix})`;
}
