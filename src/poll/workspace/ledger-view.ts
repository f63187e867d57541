import { currentLabels } from '../../ledger/current-names.ts';
import type { LedgerState } from '../../ledger/state.ts';
import type { Ledger } from '../../ledger/store.ts';
import { createTurns } from '../../ledger/turns.ts';
import type { Logger } from '../../log.ts';
import type { WorkspaceReport } from '../../model/report.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { createOutlook, type OutlookSettings } from './outlook.ts';
import type { ZeroFirst } from './zero-first.ts';

/** What the ledger said when it was last read; nothing before. */
export interface LedgerContents
  extends Pick<WorkspaceReport, 'snapshot' | 'counting' | 'profile' | 'failedRuns' | 'openRuns'> {
  readonly lastSuccessMs: number | null;
}

export interface LedgerViewParts {
  /** null: no ledger yet. */
  readonly open: () => Promise<Ledger | null>;
  /** Runs of each list. */
  readonly maxRuns: () => number;
  readonly settings: () => OutlookSettings;
  /** SecMaster's time, as of which the contents are. */
  readonly now: () => number;
  /** Called with the name in the ledger. */
  readonly onName: (name: string) => void;
  readonly log: Logger;
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

/** An instance that is open for longer is listed as stuck. */
const stuckMs = 3_600_000;

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
  const { open, maxRuns, settings, now, onName, log } = parts;
  const outlook = createOutlook();
  const inTurn = createTurns();
  let readState: LedgerState | null = null;
  let contents: LedgerContents = {
    snapshot: null,
    counting: null,
    profile: {},
    failedRuns: [],
    openRuns: [],
    lastSuccessMs: null,
  };

  async function expose(ledger: Ledger, zeroFirst: ZeroFirst): Promise<void> {
    const series = zeroFirst.exposed(await ledger.pending());
    if (series.length > 0) await ledger.commit({ kind: 'exposed', series });
  }

  /** Once for each label, when it is first limited. */
  function tellLimited(snapshot: Snapshot): void {
    const before = limitedOf(contents.snapshot);
    for (const [label, limited] of Object.entries(limitedOf(snapshot)))
      if (limited > 0 && before[label as Label] === 0) log.warn({ label, limited }, tooMany[label as Label]);
  }

  async function read(zeroFirst: ZeroFirst | null): Promise<void> {
    const ledger = await open();
    if (ledger === null) return;
    const { state } = ledger;
    const { name, profile, lastSuccessMs, createdAtMs: sinceMs, prunedBeforeMs } = state;
    if (name !== null) onName(name);
    if (zeroFirst !== null) await expose(ledger, zeroFirst);
    const recorded = await ledger.snapshot();
    const snapshot = { ...recorded, ...(await outlook.of(ledger, recorded, settings(), now())) };
    tellLimited(snapshot);
    const current = currentLabels(ledger.state);
    const named = <Run extends { readonly playbook: string }>(run: Run) => ({
      ...run,
      playbook: current(run.playbook),
    });
    const failedRuns = (await ledger.latestFailures(maxRuns())).map(named);
    const openRuns = (await ledger.stuckOrRetrying(now() - stuckMs, maxRuns())).map(named);
    contents = { snapshot, counting: { sinceMs, prunedBeforeMs }, profile, failedRuns, openRuns, lastSuccessMs };
    readState = state;
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
