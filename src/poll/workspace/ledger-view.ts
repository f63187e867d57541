import { isDeepStrictEqual } from 'node:util';
import { currentLabels } from '../../ledger/current-names.ts';
import { firstShown, hiddenLabels, withoutHidden } from '../../ledger/excluded-playbooks.ts';
import type { Recorded } from '../../ledger/snapshot.ts';
import type { LedgerState } from '../../ledger/state.ts';
import type { Ledger, LedgerReads } from '../../ledger/store.ts';
import { createTurns } from '../../ledger/turns.ts';
import type { Logger } from '../../log.ts';
import { stuckMs } from '../../model/open-run.ts';
import type { WorkspaceReport } from '../../model/report.ts';
import type { CounterSeries, Snapshot } from '../../model/snapshot.ts';
import { createHours } from './hours.ts';
import { type Beyond, createOutlook, type OutlookSettings } from './outlook.ts';
import type { WorkspaceSettings } from './settings.ts';
import type { ZeroFirst } from './zero-first.ts';

/** What the ledger said when it was last read; nothing before. */
export interface LedgerContents
  extends Pick<WorkspaceReport, 'snapshot' | 'counting' | 'profile' | 'hours' | 'failedRuns' | 'openRuns'> {
  readonly lastSuccessMs: number | null;
}

export interface LedgerViewParts {
  /** null: no ledger yet. */
  readonly open: () => Promise<Ledger | null>;
  /** Runs of each list. */
  readonly maxRuns: () => number;
  readonly settings: () => OutlookSettings & Pick<WorkspaceSettings, 'isExcluded'>;
  /** SecMaster's time, as of which the contents are. */
  readonly now: () => number;
  /** Called with the name in the ledger. */
  readonly onName: (name: string) => void;
  readonly log: Logger;
  /** By a clock that nobody sets. */
  readonly elapsedMs: () => number;
}

interface Shown {
  readonly recorded: Recorded;
  readonly beyond: Beyond;
  readonly hidden: ReadonlySet<string> | null;
  readonly snapshot: Snapshot;
}

/** What the report shows of one workspace's ledger. */
export interface LedgerView {
  contents(): LedgerContents;
  /**
   * Exposes the pending series that are due, then reads the ledger.
   *
   * @param zeroFirst which are due; null: this is not the time to expose any
   * @throws {LedgerError} the contents stay unchanged
   */
  refresh(zeroFirst: ZeroFirst | null): Promise<void>;
  /** Whether the ledger has changed since it was read. @throws {LedgerError} */
  isBehind(): Promise<boolean>;
}

const tooManyExtra =
  'more values of a label of metrics.labels than metrics.max_values; the rest share the label value other';
const tooMany = {
  playbook: 'more playbooks than metrics.max_playbooks; the rest share the label value other',
  trigger_type: 'more trigger types than metrics.max_values; the rest share the label value other',
  status: 'more statuses than metrics.max_values; the rest share the label value other',
  workflow: tooManyExtra,
  workflow_version: tooManyExtra,
  dataclass: tooManyExtra,
  defense: tooManyExtra,
  node: 'more nodes of a playbook than have series of their own; the rest share the label value other',
};

export function createLedgerView(parts: LedgerViewParts): LedgerView {
  const { open, maxRuns, settings, now, onName, log, elapsedMs } = parts;
  const outlook = createOutlook();
  const hoursBefore = createHours(elapsedMs);
  const inTurn = createTurns();
  let readState: LedgerState | null = null;
  /** What the snapshot was made of. */
  let shown: Shown | null = null;
  let contents: LedgerContents = {
    snapshot: null,
    counting: null,
    profile: {},
    hours: [],
    failedRuns: [],
    openRuns: [],
    lastSuccessMs: null,
  };

  /** Once for each label, when it is first limited. */
  function tellLimited(snapshot: Snapshot): void {
    const before = limitedOf(contents.snapshot);
    for (const [label, limited] of Object.entries(limitedOf(snapshot)))
      if (limited > 0 && before[label as Label] === 0) log.warn({ label, limited }, tooMany[label as Label]);
  }

  /** The same snapshot as before if it says the same: it is rendered again otherwise. */
  function shownOf(recorded: Recorded, beyond: Beyond, hidden: ReadonlySet<string> | null): Snapshot {
    const last = shown;
    const isSame = last?.recorded === recorded && isDeepStrictEqual([beyond, hidden], [last.beyond, last.hidden]);
    const snapshot = isSame ? last.snapshot : withoutHidden({ ...recorded, ...beyond }, hidden);
    shown = { recorded, beyond, hidden, snapshot };
    return snapshot;
  }

  /** @returns shows what was read, which may take a while */
  async function see(ledger: Ledger, reads: LedgerReads): Promise<() => Promise<void>> {
    const { state } = reads;
    const { name, profile, lastSuccessMs, createdAtMs: sinceMs, prunedBeforeMs } = state;
    const recorded = await reads.snapshot();
    const { isExcluded = null, ...times } = settings();
    const hidden = hiddenLabels(state, isExcluded);
    const isHidden = (playbook: string) => hidden?.has(playbook) === true;
    const workOut = await outlook.read({ ledger, reads, recorded, isHidden }, times, now());
    const current = currentLabels(state);
    const allHours = await hoursBefore.read({ ledger, reads, current }, now());
    const hours = allHours.filter(({ playbook }) => !isHidden(playbook));
    const named = <Run extends { readonly playbook: string }>(runs: readonly Run[]) =>
      runs.map((run) => ({ ...run, playbook: current(run.playbook) }));
    const failedRuns = await firstShown(async (max) => named(await reads.latestFailures(max)), maxRuns(), isHidden);
    const stuckSinceMs = now() - stuckMs;
    const openRuns = await firstShown(
      async (max) => named(await reads.stuckOrRetrying(stuckSinceMs, max)),
      maxRuns(),
      isHidden,
    );
    return async () => {
      if (name !== null) onName(name);
      const snapshot = shownOf(recorded, await workOut(), hidden);
      tellLimited(snapshot);
      const counting = { sinceMs, prunedBeforeMs };
      contents = { snapshot, counting, profile, hours, failedRuns, openRuns, lastSuccessMs };
      readState = state;
    };
  }

  async function read(zeroFirst: ZeroFirst | null): Promise<void> {
    const ledger = await open();
    if (ledger === null) return;
    let due: readonly CounterSeries[] = [];
    const show = await ledger.together(async (reads) => {
      due = zeroFirst?.exposed(await reads.pending()) ?? [];
      return due.length > 0 ? null : see(ledger, reads);
    });
    if (show !== null) return show();
    await ledger.commit({ kind: 'exposed', series: due });
    const showExposed = await ledger.together((reads) => see(ledger, reads));
    await showExposed();
  }

  return {
    contents: () => contents,
    refresh: (zeroFirst) => inTurn(() => read(zeroFirst)),
    async isBehind() {
      const ledger = await open();
      return ledger !== null && ledger.state !== readState;
    },
  };
}

type Label = keyof typeof tooMany;

function limitedOf(snapshot: Snapshot | null): Record<Label, number> {
  if (snapshot !== null) return { playbook: snapshot.limitedPlaybooks, ...snapshot.limitedValues };
  return Object.fromEntries(Object.keys(tooMany).map((label) => [label, 0])) as Record<Label, number>;
}
