import { currentLabels } from '../../ledger/current-names.ts';
import { labelsText } from '../../ledger/label-set.ts';
import { pruneBefore } from '../../ledger/prune.ts';
import { expectedStartMs, hasRhythm } from '../../ledger/rhythm.ts';
import { byLabels, type Recorded } from '../../ledger/snapshot.ts';
import type { Ledger } from '../../ledger/store.ts';
import { type Ends, type Group, groupsOf, isHistoryLeft, knownSince, streakOf } from '../../ledger/streaks.ts';
import type { Labels, LastTime, Snapshot, Streak } from '../../model/snapshot.ts';

/** What a snapshot says of each playbook and trigger type beyond the ledger's own rows: it depends on the time and the settings. */
export type Beyond = Pick<Snapshot, 'streaks' | 'expectedStarts'>;

export interface OutlookSettings {
  readonly retentionMs: number;
  readonly failureGraceMs: number;
}

/** Works out streaks and expected starts. It keeps what it has read, and reads again only where something has changed. */
export interface Outlook {
  of(ledger: Ledger, recorded: Recorded, settings: OutlookSettings, nowMs: number): Promise<Beyond>;
}

/** How far the clock that writes times may be ahead of SecMaster's `Date`. */
const aheadMs = 60_000;
const dayMs = 86_400_000;
/** More than a rhythm takes for a clock that is ahead. */
const nearMs = 10 * 60_000;
/** More instances to be rechecked than are looked at one by one. */
const maxDoubtful = 1_000;

interface Known {
  /** Of what it was worked out from. */
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

  async function learn(ledger: Ledger, { labels, sets }: Group, stamp: string, sinceMs: number, nowMs: number) {
    // A scrape waits for one group at most.
    await new Promise(setImmediate);
    const latestMs = nowMs + aheadMs;
    const all = await ledger.ends(sets, Number.MAX_SAFE_INTEGER);
    const isAhead = (all.finishedMs ?? 0) > latestMs;
    const ends = isAhead ? await ledger.ends(sets, latestMs) : all;
    const { trigger_type: triggerType = '' } = labels;
    const starts = hasRhythm(triggerType) ? await ledger.starts(sets, sinceMs) : new Float64Array();
    const expectedMs = expectedStartMs(starts, { triggerType, nowMs });
    const span = lasting(starts, nowMs);
    const fromMs = Math.max(span.fromMs, (ends.finishedMs ?? 0) - aheadMs);
    return { stamp, ends, expectedMs, fromMs, toMs: isAhead ? nowMs : span.toMs };
  }

  return {
    async of(ledger, recorded, { retentionMs, failureGraceMs }, nowMs) {
      if (ledger !== knownOf) known = new Map();
      knownOf = ledger;
      const { state } = ledger;
      const sweep = await ledger.sweep();
      const isDoubtful = await doubts(ledger);
      // Instances that ended before may have been pruned.
      const starts = recorded.lastStarts.map(({ atMs }) => ({ lastStartMs: atMs }));
      const keptMs = Math.max(state.prunedBeforeMs, pruneBefore(nowMs, retentionMs, starts));
      // In whole days, so that what leaves the retention changes an expected start once a day.
      const startsSinceMs = Math.ceil(keptMs / dayMs) * dayMs;
      const lastTailMs = state.lastTailMs ?? 0;
      // A tail that broke off may have shown later failures, and not what finished before them.
      const untilMs = Math.min(nowMs - failureGraceMs, lastTailMs);
      const current = new Map<string, Known>();
      const streaks: Streak[] = [];
      const expectedStarts: LastTime[] = [];
      for (const group of groupsOf(state, currentLabels(state))) {
        const { labels, sets } = group;
        const key = labelsText(labels);
        const stamp = stampOf(group, ledger.touched, startsSinceMs);
        const before = known.get(key);
        const one =
          before?.stamp === stamp && isValid(before, nowMs)
            ? before
            : await learn(ledger, group, stamp, startsSinceMs, nowMs);
        current.set(key, one);
        const isUnsure = sets.some((set) => isDoubtful(set));
        const sinceMs = isUnsure ? lastTailMs : knownSince(state, sweep, labels.trigger_type ?? '');
        streaks.push({ labels, ...streakOf(one.ends, Math.max(keptMs, sinceMs), untilMs) });
        // Nobody has looked since it was due.
        const isOutdated = one.expectedMs !== null && one.expectedMs <= nowMs && one.expectedMs > lastTailMs;
        const isKnown = !isOutdated && !isHistoryLeft(sweep, labels.trigger_type ?? '');
        if (one.expectedMs !== null && isKnown) expectedStarts.push({ labels, atMs: one.expectedMs });
      }
      known = current;
      return { streaks: byLabels(streaks), expectedStarts: byLabels(expectedStarts) };
    },
  };
}

function isValid({ fromMs, toMs }: Known, nowMs: number): boolean {
  return nowMs >= fromMs && nowMs < toMs;
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

/** Changes whenever an instance of the group does. */
function stampOf({ sets }: Group, touched: ReadonlyMap<string, number>, sinceMs: number): string {
  const texts = sets.map(labelsText).sort();
  return JSON.stringify([sinceMs, texts, Math.max(...texts.map((text) => touched.get(text) ?? 0))]);
}

/** Whether an instance with these labels is to be rechecked that may have FINISHED unseen. */
async function doubts(ledger: Ledger): Promise<(set: Labels) => boolean> {
  const ids = await ledger.toRecheck();
  if (ids.length > maxDoubtful) return () => true;
  const entries = [...(await ledger.known(ids)).values()];
  const sets = new Set(entries.filter(({ status }) => status !== 'FINISHED').map(({ labels }) => labelsText(labels)));
  return (set) => sets.has(labelsText(set));
}
