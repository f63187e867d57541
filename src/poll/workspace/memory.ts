import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { PageLength } from '../../secmaster/api/pager.ts';
import { pageSize, type SecMaster } from '../../secmaster/api/secmaster.ts';
import { type Audits, createAudits } from '../audit.ts';
import { createFailedRunLines } from '../failed-run-lines.ts';
import { createHistoryReader, type HistoryReader } from '../history-reader.ts';
import { createNodeReader, type NodeReader } from '../nodes.ts';
import { createPlaybookLists, type PlaybookLists } from '../playbooks.ts';
import { createLearning, type Learning } from '../profile/learning.ts';
import { type Halved, type LastTail, noTail, type Session } from '../session.ts';
import type { Progress } from '../slice.ts';
import { createSweepLog, type SweepLog } from '../sweep-log.ts';
import { createFilteredOut, type FilteredOut } from './filtered-out.ts';
import type { HeldLedger } from './held-ledger.ts';
import { openLedger } from './open-ledger.ts';
import type { RejectedRows } from './rejected-rows.ts';
import type { WorkspaceSettings } from './settings.ts';
import { createZeroFirst, type ZeroFirst } from './zero-first.ts';

/** Everything that outlives a poll but not a restart, nor a time in which another replica polled. */
export interface PollMemory {
  readonly ledger: HeldLedger;
  readonly learning: Learning;
  readonly audits: Audits;
  readonly historyReader: HistoryReader;
  readonly nodeReader: NodeReader;
  readonly playbookLists: PlaybookLists;
  readonly filteredOut: FilteredOut;
  readonly rejectedRows: RejectedRows;
  readonly zeroFirst: ZeroFirst;
  readonly sweepLog: SweepLog;
  readonly pageLength: PageLength;
  readonly lastTail: LastTail;
  readonly halves: Map<string, Halved>;
  /** How far the sweep has come; null: it continues with the next item. */
  progress: Progress | null;
}

export interface PollMemoryParts {
  readonly ledger: HeldLedger;
  readonly rejectedRows: RejectedRows;
  readonly newSeriesHoldMs: () => number;
  readonly clock: Pick<Clock, 'elapsedMs' | 'sleep'>;
  readonly lastScrapeMs: () => number | null;
  /** How long other replicas may show what this one showed before. */
  readonly lagMs: number;
}

export function createPollMemory(parts: PollMemoryParts): PollMemory {
  const { ledger, rejectedRows, newSeriesHoldMs, clock, lastScrapeMs, lagMs } = parts;
  const { elapsedMs } = clock;
  return {
    ledger,
    learning: createLearning(elapsedMs),
    audits: createAudits(),
    historyReader: createHistoryReader(elapsedMs),
    nodeReader: createNodeReader(),
    playbookLists: createPlaybookLists(clock),
    filteredOut: createFilteredOut(),
    rejectedRows,
    zeroFirst: createZeroFirst(newSeriesHoldMs, elapsedMs, lastScrapeMs, lagMs),
    sweepLog: createSweepLog(elapsedMs),
    pageLength: { limit: pageSize, fullRows: null },
    lastTail: noTail(),
    halves: new Map(),
    progress: null,
  };
}

export interface SessionParts {
  readonly settings: WorkspaceSettings;
  readonly secmaster: SecMaster;
  readonly log: Logger;
  readonly memory: PollMemory;
  readonly sleep: Clock['sleep'];
}

/** The session of one poll: current settings, memory of earlier polls, and the ledger, which is created if missing. */
export async function openSession(parts: SessionParts, signal: AbortSignal): Promise<Session> {
  const { settings, secmaster, log, memory } = parts;
  const tellFailed = createFailedRunLines(log, settings.recentRuns);
  return {
    ...settings,
    secmaster,
    ledger: await openLedger({ ...parts, held: memory.ledger }, signal),
    log,
    signal,
    onRejected: memory.rejectedRows.add,
    onFailed(run) {
      // Otherwise the line waits for the nodes.
      if (!memory.nodeReader.isReading(settings.nodes, secmaster.now())) tellFailed(run);
    },
    filteredOut: memory.filteredOut,
    pageLength: memory.pageLength,
    lastTail: memory.lastTail,
    halves: memory.halves,
    onSwept: memory.audits.swept,
    onGone: memory.audits.gone,
  };
}
