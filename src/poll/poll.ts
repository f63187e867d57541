import { prune } from '../ledger/prune.ts';
import { firstMinute } from '../ledger/window.ts';
import { SecMasterError } from '../secmaster/http/errors.ts';
import type { Audits } from './audit.ts';
import type { HistoryReader } from './history-reader.ts';
import type { NodeReader } from './nodes.ts';
import { lookUpOpen } from './open.ts';
import { span } from './parts.ts';
import type { PlaybookLists } from './playbooks.ts';
import type { Learning } from './profile/learning.ts';
import { recheck } from './recheck.ts';
import type { Session } from './session.ts';
import type { Progress } from './slice.ts';
import { nextItem, sweep } from './sweep.ts';
import type { SweepLog } from './sweep-log.ts';
import { readTail } from './tail.ts';

export interface PollSteps {
  /** Called once the latest changes are in the ledger, before the slower steps. */
  readonly onNews: () => Promise<void>;
  /** Asked after each page of the sweep. */
  readonly hasTimeLeft: () => boolean;
  readonly learning: Learning;
  readonly audits: Audits;
  readonly historyReader: HistoryReader;
  /** Whether there is time for history: nobody waits for it. */
  readonly mayReadHistory: boolean;
  readonly nodeReader: NodeReader;
  readonly playbookLists: PlaybookLists;
  readonly sweepLog: SweepLog;
}

/** Instances pruned in one poll, so that pruning never takes long. */
const maxPruned = 1_000;

/**
 * One poll of one workspace: what is due to be found out about SecMaster, the tail, the open instances, the nodes of failed runs, as
 * much of the sweep as there is time for, and once there is nothing to sweep, rechecks, the audit, pruning and history. Beside all this,
 * the list of playbooks.
 *
 * @returns how far the sweep came, for the next poll
 * @throws {SecMasterError | LedgerError} earlier commits stay
 */
export async function poll(
  session: Session,
  progress: Progress | null,
  {
    onNews,
    hasTimeLeft,
    learning,
    audits,
    historyReader,
    mayReadHistory,
    nodeReader,
    playbookLists,
    sweepLog,
  }: PollSteps,
): Promise<Progress | null> {
  const { ledger, secmaster } = session;
  await learning.learn(session);
  await readTail(session).catch(async (error: unknown) => {
    const isRefused = error instanceof SecMasterError && error.kind === 'bad_request';
    if (!isRefused || !(await learning.learnAnew(session))) throw error;
    await readTail(session);
  });
  await moveWindow(session);
  await historyReader.plan(session);
  await lookUpOpen(session);
  let left = progress ?? (await nextItem(session, sweepLog));
  const failures = await nodeReader.pending(session);
  const isListing = await playbookLists.begin(session);
  const isHistoryDue = mayReadHistory && (await historyReader.isPending(session));
  if (left !== null || failures.length > 0 || isListing || isHistoryDue) await onNews();
  await nodeReader.read(session, failures, hasTimeLeft);
  if (left !== null) {
    left = await sweep(session, left, hasTimeLeft, sweepLog);
    if (left === null) sweepLog.ended(session);
  }
  sweepLog.tellGivenUp(session);
  if (left === null) {
    await recheck(session, hasTimeLeft);
    await audits.audit(session);
    await prune(ledger, secmaster.now(), session.retentionMs, maxPruned);
  }
  await playbookLists.end(session, hasTimeLeft);
  await ledger.commit({ kind: 'poll_succeeded', atMs: secmaster.now() });
  if (left === null && isHistoryDue) await historyReader.read(session, hasTimeLeft);
  return left;
}

async function moveWindow({ ledger, secmaster, lookbackMs }: Session): Promise<void> {
  const { fromMinute } = ledger.state;
  const wanted = firstMinute(secmaster.now(), lookbackMs);
  if (wanted > fromMinute) return ledger.commit({ kind: 'window_moved', fromMinute: wanted, sweep: [] });
  // SecMaster's time is known only to the second, so it may fall back into the previous minute.
  if (wanted >= fromMinute - 1) return;
  const grown = span(wanted * 60_000, fromMinute * 60_000);
  await ledger.commit({ kind: 'window_moved', fromMinute: wanted, sweep: [grown] });
}
