import { type MetPlaybook, type NewestRun, otherPlaybooks, ownerOf } from './met-playbook.ts';

/**
 * A renamed playbook's gauges are those of the id, under its current name, while its counters stay under the name that they grew
 * under. The current name is the one of the newest run; rows of the past may show the name of then or the name of today.
 */

/** For so long, the name before the current one is taken for a replica's that lags behind. */
const lagMs = 10 * 60_000;

/** The names that rows show, as a page meets them. */
export class PlaybookNames {
  readonly #known: Iterable<MetPlaybook>;
  readonly #nowMs: number;
  #byOwner: Map<string, Map<string, NewestRun>> | null = null;

  constructor(known: Iterable<MetPlaybook>, nowMs: number) {
    this.#known = known;
    this.#nowMs = nowMs;
  }

  /** Records a row of a run that began then, and returns what is known of the name now. */
  meet(id: string, name: string, begunMs: number): NewestRun {
    const names = this.#namesOf(ownerOf(id, name));
    const run = this.#newest(names.get(name), names, begunMs);
    names.set(name, run);
    return run;
  }

  /** Whether the playbook is known, under whatever name. */
  isKnown(id: string, name: string): boolean {
    return this.#namesOf(ownerOf(id, name)).size > 0;
  }

  isCurrent(id: string, name: string): boolean {
    const names = this.#namesOf(ownerOf(id, name));
    return names.get(name) === newestOf(names);
  }

  #namesOf(owner: string): Map<string, NewestRun> {
    this.#byOwner ??= namesByOwner(this.#known);
    return namesIn(this.#byOwner, owner);
  }

  #newest(known: NewestRun | undefined, names: ReadonlyMap<string, NewestRun>, begunMs: number): NewestRun {
    const current = newestOf(names);
    if (known !== undefined && begunMs < known.begunMs) return known;
    if (known === current) return { begunMs, metMs: Math.max(this.#nowMs, current.metMs) };
    const isOfOneRun = begunMs === current.begunMs && begunMs === known?.begunMs;
    if (isOfOneRun && this.#nowMs - current.metMs < lagMs) return known;
    return { begunMs, metMs: Math.max(this.#nowMs, current.metMs + 1) };
  }
}

function newestOf(names: ReadonlyMap<string, NewestRun>): NewestRun {
  return [...names.values()].reduce((one, other) => (isNewer(other, one) ? other : one), none);
}

const none: NewestRun = { begunMs: Number.NEGATIVE_INFINITY, metMs: 0 };

function namesByOwner(known: Iterable<MetPlaybook>): Map<string, Map<string, NewestRun>> {
  const byOwner = new Map<string, Map<string, NewestRun>>();
  for (const { playbookId, name, begunMs, metMs } of known) {
    namesIn(byOwner, ownerOf(playbookId, name)).set(name, { begunMs, metMs });
  }
  return byOwner;
}

/** The names of one playbook, which may be new. */
function namesIn(byOwner: Map<string, Map<string, NewestRun>>, owner: string): Map<string, NewestRun> {
  const names = byOwner.get(owner) ?? new Map<string, NewestRun>();
  byOwner.set(owner, names);
  return names;
}

function isNewer(one: NewestRun, other: NewestRun): boolean {
  return one.begunMs === other.begunMs ? one.metMs > other.metMs : one.begunMs > other.begunMs;
}

/** What has the names of a workspace's playbooks, such as a ledger's state. */
export interface KnownPlaybooks {
  /** Under every name that they have had. */
  readonly playbooks: ReadonlyMap<string, MetPlaybook>;
}

/** Each playbook under its current name, by what it is known by. */
export function currentPlaybooks({ playbooks }: KnownPlaybooks): ReadonlyMap<string, MetPlaybook> {
  const current = new Map<string, MetPlaybook>();
  for (const one of playbooks.values()) {
    const owner = ownerOf(one.playbookId, one.name);
    const known = current.get(owner);
    if (known === undefined || isNewer(one, known)) current.set(owner, one);
  }
  return current;
}

/** The current label of the playbook that has, or had, a label. What several playbooks share, or none is known by, stays as it is. */
export function currentLabels(known: KnownPlaybooks): (label: string) => string {
  const current = currentPlaybooks(known);
  const moved = new Map<string, string>();
  for (const { playbookId, name, label } of known.playbooks.values()) {
    const now = current.get(ownerOf(playbookId, name))?.label ?? label;
    if (label !== otherPlaybooks && now !== label) moved.set(label, now);
  }
  return (label) => moved.get(label) ?? label;
}

/** Under their current names, the playbooks that have at least one label of `live`, and a label of their own. */
export function currentlyNamed(known: KnownPlaybooks, live: ReadonlySet<string>): readonly MetPlaybook[] {
  const owners = new Set<string>();
  for (const { playbookId, name, label } of known.playbooks.values()) {
    if (live.has(label)) owners.add(ownerOf(playbookId, name));
  }
  return [...currentPlaybooks(known)].flatMap(([owner, one]) =>
    owners.has(owner) && one.label !== otherPlaybooks ? [one] : [],
  );
}
