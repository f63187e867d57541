import type { ListedPlaybook } from '../model/listed-playbook.ts';
import type { LastTime, ListedSeries } from '../model/snapshot.ts';
import type { Change } from './change.ts';
import { currentPlaybooks } from './current-names.ts';
import type { KeptPlaybook } from './kept-playbook.ts';
import { type MetPlaybook, otherPlaybooks, ownerOf, playbookKey } from './met-playbook.ts';
import { knownLabels, PlaybookLabels } from './playbook-labels.ts';
import { type LedgerState, liveLabels } from './state.ts';

/**
 * SecMaster's list of playbooks. One that has never run, or not for the retention, has a label as those that run, given for good, and a
 * place only as long as fewer than the maximum run.
 */

export type Listed = Extract<Change, { kind: 'playbooks_listed' }>;

export interface ListingLimits {
  readonly nowMs: number;
  /** Maximum number of playbooks with their own series. */
  readonly maxPlaybooks: number;
  /** Whether a playbook is excluded by its name; null, or absent: none are. */
  readonly isExcluded?: ((playbook: string) => boolean) | null;
}

/** Playbooks that are kept. */
const maxKept = 2_000;

/** The change that a reading of the list makes. What is missing in an incomplete list stays as it was, if `isMerged`. */
export function listedChange(
  state: LedgerState,
  read: readonly ListedPlaybook[],
  { isMerged, ...limits }: ListingLimits & { readonly isMerged: boolean },
): Listed {
  const ids = new Set(read.map(({ playbookId }) => playbookId));
  const missing = isMerged ? state.listed.filter(({ playbookId }) => !ids.has(playbookId)) : [];
  const all = [...read, ...missing].slice(0, maxKept);
  return placed(state, all, limits, limits.nowMs);
}

/** The change where other playbooks have begun or ceased to run, or the maximum is another one; null: the places stay as they are. */
export function replacedChange(state: LedgerState, limits: ListingLimits): Listed | null {
  if (state.listed.length === 0) return null;
  const change = placed(state, state.listed, limits, state.listedMs);
  return change.listed === state.listed && change.playbooks.length === 0 ? null : change;
}

/** Nothing is known of the list any more. */
export const forgottenList: Listed = { kind: 'playbooks_listed', listed: [], atMs: null, playbooks: [] };

function placed(
  state: LedgerState,
  listed: readonly ListedPlaybook[],
  { nowMs, maxPlaybooks, isExcluded = null }: ListingLimits,
  atMs: number | null,
): Listed {
  const excluded = listed.filter(({ name }) => isExcluded?.(name) === true);
  const all = listed.filter((one) => !excluded.includes(one));
  const running = runningIds(state);
  const current = currentPlaybooks(state);
  const places = Math.max(0, maxPlaybooks - running.own.size);
  const waiting = all.filter(({ playbookId }) => !running.all.has(playbookId));
  const isKnown = ({ playbookId }: ListedPlaybook) => Number(current.has(playbookId));
  const isEnabled = (one: ListedPlaybook) => Number(one.isEnabled !== false);
  const inTurn = waiting.toSorted(
    (a, b) => isEnabled(b) - isEnabled(a) || isKnown(b) - isKnown(a) || compare(a.playbookId, b.playbookId),
  );
  const withPlace = new Set(inTurn.slice(0, places).map(({ playbookId }) => playbookId));
  const kept = all
    .map(
      ({ playbookId, name, isEnabled, dataclass }): KeptPlaybook => ({
        playbookId,
        name,
        isEnabled,
        dataclass,
        hasPlace: withPlace.has(playbookId),
      }),
    )
    .sort((a, b) => compare(a.playbookId, b.playbookId));
  return {
    kind: 'playbooks_listed',
    listed: JSON.stringify(kept) === JSON.stringify(state.listed) ? state.listed : kept,
    atMs,
    // One may have been renamed to an excluded name.
    playbooks: named(state, [...kept, ...excluded.map((one) => ({ ...one, hasPlace: false }))], nowMs),
  };
}

/** Playbooks with counters: all of them, and those that have series of their own. */
function runningIds(state: LedgerState) {
  const live = liveLabels(state);
  const all = new Set<string>();
  const own = new Set<string>();
  for (const { playbookId, name, label } of state.playbooks.values()) {
    if (!live.has(label)) continue;
    const owner = ownerOf(playbookId, name);
    all.add(owner);
    if (label !== otherPlaybooks) own.add(owner);
  }
  return { all, own };
}

/** Names that the ledger doesn't have yet: of what has a place, and of what has been renamed. */
function named(state: LedgerState, listed: readonly KeptPlaybook[], nowMs: number): MetPlaybook[] {
  const before = new Map(state.listed.map(({ playbookId, name }) => [playbookId, name]));
  const current = currentPlaybooks(state);
  const labels = new PlaybookLabels(knownLabels(state.playbooks.values(), liveLabels(state)), 0);
  return listed.flatMap(({ playbookId, name, hasPlace }) => {
    const known = current.get(playbookId);
    const isNew = hasPlace && (known === undefined || known.label === otherPlaybooks);
    if (!isNew && !isRenamed(known, name, before.get(playbookId))) return [];
    const { seenMs = 0 } = state.playbooks.get(playbookKey(playbookId, name)) ?? {};
    const label = labels.reserve({ id: playbookId, name });
    // Runs until now, also those that still show the old name, are those of the new one.
    const newest = isNew
      ? { begunMs: 0, metMs: nowMs }
      : { begunMs: Math.max(nowMs, (known?.begunMs ?? 0) + 1), metMs: Math.max(nowMs, (known?.metMs ?? 0) + 1) };
    return [{ playbookId, name, label, seenMs, ...newest }];
  });
}

/**
 * Runs may have their names in another language than the list, so the list tells of a rename only where it has had the name of the newest
 * run before.
 */
function isRenamed(known: MetPlaybook | undefined, name: string, before: string | undefined): boolean {
  if (known === undefined || known.label === otherPlaybooks) return false;
  return name !== known.name && before === known.name;
}

/** What a snapshot shows of the list, in the order of the names; null where it is not known. */
export function listedSeries(state: LedgerState, lastStarts: readonly LastTime[]): readonly ListedSeries[] | null {
  if (state.listedMs === null) return null;
  const current = currentPlaybooks(state);
  const running = runningIds(state);
  const startOf = new Map<string, number>();
  for (const { labels, atMs } of lastStarts) {
    const { playbook = '' } = labels;
    startOf.set(playbook, Math.max(atMs, startOf.get(playbook) ?? atMs));
  }
  const seenMs = new Map<string, number>();
  for (const one of state.playbooks.values())
    seenMs.set(one.playbookId, Math.max(one.seenMs, seenMs.get(one.playbookId) ?? 0));
  return state.listed
    .map(({ hasPlace, ...one }) => {
      const { label = otherPlaybooks } = current.get(one.playbookId) ?? {};
      const isOwn = label !== otherPlaybooks && (hasPlace || running.own.has(one.playbookId));
      return {
        ...one,
        label: isOwn ? label : null,
        lastStartMs: isOwn ? (startOf.get(label) ?? null) : null,
        lastSeenMs: seenMs.get(one.playbookId) || null,
      };
    })
    .sort((a, b) => compare(a.label ?? a.name, b.label ?? b.name) || compare(a.playbookId, b.playbookId));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
