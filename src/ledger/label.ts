import type { Playbook } from '../model/instance.ts';
import type { PlaybookLabel } from '../model/snapshot.ts';

/** The label of an instance without a playbook. */
export const noPlaybook = '';
/** The label that playbooks beyond the limit share; one that is really named so gets its id behind it. */
export const otherPlaybooks = 'other';

export interface KnownLabel extends PlaybookLabel {
  /** Whether it has series: those of a playbook that has been silent for a retention have gone. */
  readonly isLive: boolean;
}

/** A playbook that was met, with the label it has for good and the newest time seen of its instances. */
export interface MetPlaybook extends PlaybookLabel {
  readonly seenMs: number;
}

/**
 * The labels of a workspace's playbooks. A label is given once for each name that a playbook has had, to at most `most`
 * playbooks that have series; who comes later is told apart again once there is room.
 */
export class Labels {
  readonly #byPlaybook = new Map<string, KnownLabel>();
  readonly #taken = new Set<string>([noPlaybook, otherPlaybooks]);
  readonly #live = new Set<string>();
  readonly #met = new Map<string, MetPlaybook>();
  readonly #most: number;

  constructor(known: Iterable<KnownLabel>, most: number) {
    this.#most = most;
    for (const label of known) this.#keep(label);
  }

  of(playbook: Playbook | null): string {
    if (playbook === null) return noPlaybook;
    const known = this.#byPlaybook.get(keyOf(playbook.id, playbook.name));
    if (known?.isLive && known.label !== otherPlaybooks) return known.label;
    const isFull = this.#live.size >= this.#most && !this.#live.has(ownerOf(playbook.id, playbook.name));
    if (isFull) {
      // A label of its own from before stays its own.
      if (known === undefined) this.#keep(named(playbook, otherPlaybooks));
      return otherPlaybooks;
    }
    const isOwn = known !== undefined && known.label !== otherPlaybooks;
    const label = isOwn ? known.label : firstFree(playbook, this.#taken);
    this.#keep({ ...named(playbook, label), isLive: true });
    return label;
  }

  /** Notes that the playbook has had an instance then. */
  meet(playbook: Playbook | null, atMs: number): void {
    if (playbook === null) return;
    const key = keyOf(playbook.id, playbook.name);
    const { label } = this.#byPlaybook.get(key) ?? named(playbook, otherPlaybooks);
    const seenMs = Math.max(atMs, this.#met.get(key)?.seenMs ?? 0);
    this.#met.set(key, { playbookId: playbook.id, name: playbook.name, label, seenMs });
  }

  /** What the next commit is to remember. */
  met(): MetPlaybook[] {
    return [...this.#met.values()];
  }

  #keep(known: KnownLabel): void {
    const { playbookId, name, label, isLive } = known;
    this.#byPlaybook.set(keyOf(playbookId, name), known);
    this.#taken.add(label);
    if (isLive && label !== otherPlaybooks) this.#live.add(ownerOf(playbookId, name));
  }
}

function named({ id, name }: Playbook, label: string): KnownLabel {
  return { playbookId: id, name, label, isLive: false };
}

function keyOf(playbookId: string, name: string): string {
  return JSON.stringify([playbookId, name]);
}

/** A playbook under all of its names. */
function ownerOf(playbookId: string, name: string): string {
  return playbookId === '' ? keyOf('', name) : playbookId;
}

/** The first met keeps its name plain; of a second one the id's first 8 characters tell it apart (docs/metrics.md#labels). */
function firstFree({ id, name }: Playbook, taken: ReadonlySet<string>): string {
  for (const candidate of [name, `${name} (${id.slice(0, 8)})`, `${name} (${id})`]) {
    if (!taken.has(candidate)) return candidate;
  }
  for (let n = 2; ; n++) {
    const candidate = `${name} (${id} ${n})`;
    if (!taken.has(candidate)) return candidate;
  }
}
