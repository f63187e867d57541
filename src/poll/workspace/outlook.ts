import { currentLabels } from '../../ledger/current-names.ts';
import { inParts } from '../../ledger/in-parts.ts';
import { labelsText } from '../../ledger/label-set.ts';
import { pruneBefore } from '../../ledger/prune.ts';
import { expectedStartMs, hasRhythm } from '../../ledger/rhythm.ts';
import { byLabels, type Recorded } from '../../ledger/snapshot.ts';
import type { Ledger, LedgerReads } from '../../ledger/store.ts';
import { type Ends, type Group, groupsOf, isHistoryLeft, knownSince, streakOf } from '../../ledger/streaks.ts';
import type { Labels, LastTime, Snapshot, Streak } from '../../model/snapshot.ts';

/** What a snapshot says of each playbook and trigger type beyond the ledger's own rows: it depends on the time and the settings. */
export type Beyond = Pick<Snapshot, 'streaks' | 'expectedStarts'>;

export interface OutlookSettings {
  readonly retentionMs: number;
  readonly failureGraceMs: number;
}

/** What it is worked out from, all as of one commit. */
export interface Sources {
  /** Whose reads these are: what was kept of another handle holds no more. */
  readonly ledger: Ledger;
  readonly reads: LedgerReads;
  readonly recorded: Recorded;
  /** Whether nothing shows a playbook, by its label; absent: all are shown. */
  readonly isHidden?: (playbook: string) => boolean;
}

/** Works out streaks and expected starts. It keeps what it has read, and reads again only where something has changed. */
export interface Outlook {
  /** @returns works it out, and needs the reads no more: it may take long the first time */
  read(sources: Sources, settings: OutlookSettings, nowMs: number): Promise<() => Promise<Beyond>>;
}

/** How far the clock that writes times may be ahead of SecMaster's `Date`. */
const aheadMs = 60_000;
const dayMs = 86_400_000;
/** More than a rhythm takes for a clock that is ahead. */
const nearMs = 10 * 60_000;
/** More instances to be rechecked than are looked at one by one. */
const maxDoubtful = 1_000;
/** So that few statements read the groups that have changed, and none reads very much. */
const groupsAtOnce = 20;

interface StampedGroup extends Group {
  readonly key: string;
  /** Changes whenever an instance of the group does. */
  readonly stamp: string;
}

/** What is read of a group. */
interface Times {
  readonly group: StampedGroup;
  readonly ends: Ends;
  /** Whether instances have FINISHED in the future, which are left out. */
  readonly isAhead: boolean;
  readonly starts: Float64Array;
}

interface Known {
  /** Of the group as it was worked out from. */
  readonly stamp: string;
  /** It holds at these times: earlier and later, other instances lie in the future. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly ends: Ends;
  readonly expectedMs: number | null;
}

export function createOutlook(): Outlook {
  let known = new Map<string, Known>();
  let knownOf: Ledger | null = null;

  function keptOf({ key, stamp }: StampedGroup, nowMs: number): [key: string, Known][] {
    const one = known.get(key);
    return one?.stamp === stamp && nowMs >= one.fromMs && nowMs < one.toMs ? [[key, one]] : [];
  }

  return {
    async read({ ledger, reads, recorded, isHidden }, { retentionMs, failureGraceMs }, nowMs) {
      if (ledger !== knownOf) known = new Map();
      knownOf = ledger;
      const { state } = reads;
      const sweep = await reads.sweep();
      const isDoubtful = await doubts(reads);
      // Instances that ended before may have been pruned.
      const starts = recorded.lastStarts.map(({ atMs }) => ({ lastStartMs: atMs }));
      const keptMs = Math.max(state.prunedBeforeMs, pruneBefore(nowMs, retentionMs, starts));
      // In whole days, so that what leaves the retention changes an expected start once a day.
      const startsSinceMs = Math.ceil(keptMs / dayMs) * dayMs;
      const lastTailMs = state.lastTailMs ?? 0;
      // A tail that broke off may have shown later failures, and not what finished before them.
      const untilMs = Math.min(nowMs - failureGraceMs, lastTailMs);
      const groups = groupsOf(state, currentLabels(state))
        .filter(({ labels: { playbook = '' } }) => isHidden?.(playbook) !== true)
        .map((group) => stamped(group, reads.touched, startsSinceMs));
      const current = new Map(groups.flatMap((group) => keptOf(group, nowMs)));
      const changed = groups.filter(({ key }) => !current.has(key));
      const news: Times[] = [];
      for (const some of inParts(changed, groupsAtOnce))
        news.push(...(await readTimes(reads, some, startsSinceMs, nowMs)));

      return async () => {
        for (const times of news) {
          // A scrape waits for one group at most.
          await new Promise(setImmediate);
          current.set(times.group.key, learn(times, nowMs));
        }
        known = current;
        const streaks: Streak[] = [];
        const expectedStarts: LastTime[] = [];
        for (const { key, labels, sets } of groups) {
          const one = current.get(key);
          if (one === undefined) continue;
          const isUnsure = sets.some((set) => isDoubtful(set));
          const sinceMs = isUnsure ? lastTailMs : knownSince(state, sweep, labels.trigger_type ?? '');
          streaks.push({ labels, ...streakOf(one.ends, Math.max(keptMs, sinceMs), untilMs) });
          // Nobody has looked since it was due.
          const isOutdated = one.expectedMs !== null && one.expectedMs <= nowMs && one.expectedMs > lastTailMs;
          const isKnown = !isOutdated && !isHistoryLeft(sweep, labels.trigger_type ?? '');
          if (one.expectedMs !== null && isKnown) expectedStarts.push({ labels, atMs: one.expectedMs });
        }
        return { streaks: byLabels(streaks), expectedStarts: byLabels(expectedStarts) };
      };
    },
  };
}

async function readTimes(
  reads: LedgerReads,
  groups: readonly StampedGroup[],
  sinceMs: number,
  nowMs: number,
): Promise<Times[]> {
  const latestMs = nowMs + aheadMs;
  const all = await ofEach(groups, (sets) => reads.ends(sets, Number.MAX_SAFE_INTEGER));
  const isAhead = (group: Group) => (all.get(group)?.finishedMs ?? 0) > latestMs;
  const upToNow = await ofEach(groups.filter(isAhead), (sets) => reads.ends(sets, latestMs));
  const isTimed = ({ labels }: Group) => hasRhythm(labels.trigger_type ?? '');
  const starts = await ofEach(groups.filter(isTimed), (sets) => reads.starts(sets, sinceMs));
  return groups.map((group) => ({
    group,
    ends: upToNow.get(group) ?? all.get(group) ?? { finishedMs: null, failedMs: [] },
    isAhead: isAhead(group),
    starts: starts.get(group) ?? new Float64Array(),
  }));
}

function learn({ group, ends, isAhead, starts }: Times, nowMs: number): Known {
  const { labels, stamp } = group;
  const expectedMs = expectedStartMs(starts, { triggerType: labels.trigger_type ?? '', nowMs });
  const span = lasting(starts, nowMs);
  const fromMs = Math.max(span.fromMs, (ends.finishedMs ?? 0) - aheadMs);
  return { stamp, ends, expectedMs, fromMs, toMs: isAhead ? nowMs : span.toMs };
}

/** What one read of the label sets of all of these groups says of each. */
async function ofEach<T>(
  groups: readonly Group[],
  read: (sets: readonly Group['sets'][]) => Promise<readonly T[]>,
): Promise<ReadonlyMap<Group, T>> {
  const all = groups.length === 0 ? [] : await read(groups.map(({ sets }) => sets));
  return new Map(groups.flatMap((group, i) => all.slice(i, i + 1).map((one) => [group, one] as const)));
}

/** At which times the same of these starts lie in the future, or nearly so. */
function lasting(starts: Float64Array, nowMs: number): { readonly fromMs: number; readonly toMs: number } {
  let fromMs = 0;
  let toMs = Number.POSITIVE_INFINITY;
  for (const startMs of starts) {
    if (startMs <= nowMs) fromMs = Math.max(fromMs, startMs);
    else toMs = Math.min(toMs, startMs - nearMs);
  }
  return { fromMs, toMs };
}

function stamped(group: Group, touched: ReadonlyMap<string, number>, sinceMs: number): StampedGroup {
  const texts = group.sets.map(labelsText).sort();
  const stamp = JSON.stringify([sinceMs, texts, Math.max(...texts.map((text) => touched.get(text) ?? 0))]);
  return { ...group, key: labelsText(group.labels), stamp };
}

/** Whether an instance with these labels is to be rechecked that may have FINISHED unseen. */
async function doubts(reads: LedgerReads): Promise<(set: Labels) => boolean> {
  const ids = await reads.toRecheck();
  if (ids.length > maxDoubtful) return () => true;
  const entries = [...(await reads.known(ids)).values()];
  const sets = new Set(entries.filter(({ status }) => status !== 'FINISHED').map(({ labels }) => labelsText(labels)));
  return (set) => sets.has(labelsText(set));
}
