import { suffixed } from '../../model/text.ts';
import type { NameOrigin, WantedName } from '../workspace/name.ts';

/** An owner of a value of the label `workspace`, and the name that it wants. */
export interface WantedLabel extends WantedName {
  readonly owner: string;
  /** What may follow the name in brackets to make it unique, the best first. */
  readonly suffixes: readonly string[];
}

/** The order of choice: configured names first, placeholders last. */
const origins: readonly NameOrigin[] = ['configured', 'learnt', 'placeholder'];

/**
 * Gives each owner a unique label, since two owners with one label would share their series: the name itself if it is free, otherwise
 * the name with the first suffix, or number, that makes it unique. Among names of the same origin, an owner keeps the label that it
 * has, and then the first in the list chooses first. A configured name takes its label from any other owner.
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

function isLabelOf(wanted: WantedLabel, label: string): boolean {
  if (candidates(wanted).includes(label)) return true;
  const [, number] = /\((\d+)\)$/.exec(label) ?? [];
  return number !== undefined && label === suffixed(bareName(wanted), number);
}

function firstFree(wanted: WantedLabel, taken: ReadonlySet<string>): string {
  const bare = bareName(wanted);
  let label = candidates(wanted).find((candidate) => !taken.has(candidate));
  for (let n = 2; label === undefined; n += 1) label = [suffixed(bare, n)].find((candidate) => !taken.has(candidate));
  return label;
}

function candidates(wanted: WantedLabel): readonly string[] {
  const bare = bareName(wanted);
  return [wanted.name, ...wanted.suffixes.map((suffix) => suffixed(bare, suffix))];
}

/** A ledger keeps a name with its suffix, and two replicas may have given the same one to different owners. */
function bareName({ name, suffixes }: WantedLabel): string {
  const end = suffixes.map((suffix) => ` (${suffix})`).find((one) => name.endsWith(one)) ?? '';
  return name.slice(0, name.length - end.length);
}
