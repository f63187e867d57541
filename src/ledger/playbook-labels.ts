import type { Playbook } from '../model/instance.ts';
import type { ListedSeries, PlaybookLabel } from '../model/snapshot.ts';
import { suffixed } from '../model/text.ts';
import { PlaybookNames } from './current-names.ts';
import {
  excludedPlaybooks,
  type MetPlaybook,
  noPlaybook,
  otherPlaybooks,
  ownerOf,
  playbookKey,
} from './met-playbook.ts';

/** Playbooks that share `other` and are remembered, to be counted. */
const maxLimitedPlaybooks = 10_000;

export interface KnownLabel extends PlaybookLabel {
  /** Whether it has series: a playbook without runs for the retention has none. */
  readonly isLive: boolean;
}

/** Marks the playbooks whose label is in `live`. */
export function knownLabels(playbooks: Iterable<PlaybookLabel>, live: ReadonlySet<string>): KnownLabel[] {
  return Array.from(playbooks, ({ playbookId, name, label }) => ({ playbookId, name, label, isLive: live.has(label) }));
}

/** The number of playbooks with instances in the ledger, or in SecMaster's list, but no series of their own. */
export function countLimited(
  playbooks: Iterable<MetPlaybook>,
  live: ReadonlySet<string>,
  prunedBeforeMs: number,
  listed: readonly ListedSeries[] | null = null,
): number {
  const limited = new Set((listed ?? []).flatMap(({ label, playbookId }) => (label === null ? [playbookId] : [])));
  for (const { playbookId, name, label, seenMs } of playbooks) {
    // Nothing has run under a name that only SecMaster's list of playbooks has shown.
    const isLimited = label === otherPlaybooks || (!live.has(label) && seenMs > 0);
    if (isLimited && seenMs >= prunedBeforeMs) limited.add(playbookId === '' ? name : playbookId);
  }
  return limited.size;
}

/**
 * The labels of a workspace's playbooks. Each name of a playbook gets a permanent label, for at most `max` playbooks with series.
 * Later playbooks share `other` until there are fewer.
 */
export class PlaybookLabels {
  readonly #byPlaybook = new Map<string, KnownLabel>();
  readonly #taken = new Set<string>(['', noPlaybook, otherPlaybooks, excludedPlaybooks]);
  readonly #live = new Set<string>();
  readonly #liveLabels = new Set<string>();
  readonly #met = new Map<string, MetPlaybook>();
  readonly #max: number;
  readonly #names: PlaybookNames;
  #limited = 0;

  constructor(known: Iterable<KnownLabel>, max: number, names = new PlaybookNames([], 0)) {
    this.#max = max;
    this.#names = names;
    for (const label of known) this.#keep(label);
  }

  of(playbook: Playbook | null): string {
    if (playbook === null) return noPlaybook;
    const known = this.#byPlaybook.get(playbookKey(playbook.id, playbook.name));
    if (known?.isLive && known.label !== otherPlaybooks) return known.label;
    if (this.#isFull(playbook)) {
      // A label that it already has stays reserved.
      if (known === undefined) this.#keep(named(playbook, otherPlaybooks));
      return otherPlaybooks;
    }
    const isOwn = known !== undefined && known.label !== otherPlaybooks;
    const label = isOwn ? known.label : firstFree(playbook, this.#taken);
    this.#keep({ ...named(playbook, label), isLive: true });
    return label;
  }

  /** The label of a playbook that has not run: it is given for good as well, but takes no place from those that run. */
  reserve(playbook: Playbook): string {
    const known = this.#byPlaybook.get(playbookKey(playbook.id, playbook.name));
    if (known !== undefined && known.label !== otherPlaybooks) return known.label;
    const label = firstFree(playbook, this.#taken);
    this.#keep(named(playbook, label));
    return label;
  }

  /** A renamed playbook has its place already, but there are no more former names than playbooks. */
  #isFull({ id, name }: Playbook): boolean {
    const isRenamed = this.#live.has(ownerOf(id, name));
    return (isRenamed ? this.#liveLabels.size - this.#live.size : this.#live.size) >= this.#max;
  }

  /** Records an instance of the playbook at this time, which began then. */
  meet(playbook: Playbook | null, atMs: number, begunMs = atMs): void {
    if (playbook === null) return;
    const key = playbookKey(playbook.id, playbook.name);
    const { label } = this.#byPlaybook.get(key) ?? named(playbook, otherPlaybooks);
    if (label === otherPlaybooks && this.#limited > maxLimitedPlaybooks && !this.#met.has(key)) return;
    const seenMs = Math.max(atMs, this.#met.get(key)?.seenMs ?? 0);
    const run = this.#names.meet(playbook.id, playbook.name, begunMs);
    this.#met.set(key, { playbookId: playbook.id, name: playbook.name, label, seenMs, ...run });
  }

  /** Records an instance of a playbook with an excluded name: only a name that it had before makes that worth knowing. */
  meetExcluded(playbook: Playbook | null, begunMs: number): void {
    if (playbook === null || !this.#names.isKnown(playbook.id, playbook.name)) return;
    this.reserve(playbook);
    this.meet(playbook, 0, begunMs);
  }

  /** Whether the playbook has this name now. */
  isCurrent(playbook: Playbook | null): boolean {
    return playbook === null || this.#names.isCurrent(playbook.id, playbook.name);
  }

  /** The playbooks for the next commit. */
  met(): MetPlaybook[] {
    return [...this.#met.values()];
  }

  #keep(known: KnownLabel): void {
    const { playbookId, name, label, isLive } = known;
    const key = playbookKey(playbookId, name);
    if (label === otherPlaybooks && !this.#byPlaybook.has(key)) this.#limited++;
    this.#byPlaybook.set(key, known);
    this.#taken.add(label);
    if (!isLive || label === otherPlaybooks) return;
    this.#live.add(ownerOf(playbookId, name));
    this.#liveLabels.add(label);
  }
}

function named({ id, name }: Playbook, label: string): KnownLabel {
  return { playbookId: id, name, label, isLive: false };
}

/** The first playbook gets the plain name; a second one the name with the first 8 characters of its id (docs/metrics.md#labels). */
function firstFree({ id, name }: Playbook, taken: ReadonlySet<string>): string {
  const withId = id === '' ? [] : [suffixed(name, id.slice(0, 8)), suffixed(name, id)];
  for (const candidate of [name, ...withId]) {
    if (!taken.has(candidate)) return candidate;
  }
  for (let n = 2; ; n++) {
    const candidate = suffixed(name, `${id} ${n}`.trim());
    if (!taken.has(candidate)) return candidate;
  }
}
