import type { Store, WorkspaceId } from '../../ledger/store.ts';
import type { Logger } from '../../log.ts';
import type { WorkspaceReport } from '../../model/report.ts';
import type { ZeroFirst } from './zero-first.ts';

/** What the ledger said when it was last read; nothing before. */
export interface LedgerContents extends Pick<WorkspaceReport, 'snapshot' | 'failedRuns' | 'openRuns'> {
  readonly lastSuccessMs: number | null;
}

export interface LedgerViewParts {
  readonly store: Store;
  readonly workspace: WorkspaceId;
  readonly zeroFirst: ZeroFirst;
  /** Runs of each list. */
  readonly maxRuns: () => number;
  /** SecMaster's time. */
  readonly now: () => number;
  /** Told of the name that the ledger keeps. */
  readonly onName: (name: string) => void;
  readonly log: Logger;
}

/** One workspace's ledger as it is reported. */
export interface LedgerView {
  contents(): LedgerContents;
  /**
   * Exposes the pending series that are due, and reads what the ledger says now.
   *
   * @throws {LedgerError} the contents stay as they are
   */
  refresh(): Promise<void>;
}

/** An instance that has been open for so long is listed as stuck. */
const stuckMs = 3_600_000;

const tooManyPlaybooks = 'there are more playbooks than metrics.max_playbooks; the rest share the label value other';

export function createLedgerView(parts: LedgerViewParts): LedgerView {
  const { store, workspace, zeroFirst, maxRuns, now, onName, log } = parts;
  let contents: LedgerContents = { snapshot: null, failedRuns: [], openRuns: [], lastSuccessMs: null };

  async function expose(ledger: number): Promise<void> {
    const exposed = zeroFirst.exposed(await store.hidden(ledger));
    if (exposed.length > 0) await store.commit(ledger, { show: exposed });
  }

  return {
    contents: () => contents,
    async refresh() {
      const state = await store.find(workspace);
      if (state === null) return;
      const { ledger, name, lastSuccessMs } = state;
      if (name !== null) onName(name);
      await expose(ledger);
      const snapshot = await store.snapshot(ledger);
      const limited = snapshot.limitedPlaybooks;
      if (limited > 0 && (contents.snapshot?.limitedPlaybooks ?? 0) === 0) log.warn({ limited }, tooManyPlaybooks);
      const failedRuns = await store.latestFailures(ledger, maxRuns());
      const openRuns = await store.stuckOrRetrying(ledger, now() - stuckMs, maxRuns());
      contents = { snapshot, failedRuns, openRuns, lastSuccessMs };
    },
  };
}
