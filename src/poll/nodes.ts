import type { Change } from '../ledger/change.ts';
import { isSameEnd } from '../ledger/contribution.ts';
import type { Entry } from '../ledger/entry.ts';
import { type EndedAttempt, newestFirst } from '../ledger/topologies.ts';
import { maxKeptNodes } from '../model/failed-run.ts';
import { isEnded } from '../model/status.ts';
import type { Priority, ShownInstance } from '../secmaster/api/secmaster.ts';
import { SecMasterError } from '../secmaster/http/errors.ts';
import { logFailedRun } from './failed-run-lines.ts';
import { nodeChanges } from './node-changes.ts';
import type { Session } from './session.ts';

/** Failed attempts read in one poll, one request each: the maximum, and the minimum even without time left. */
export const maxReads = 100;
const minReads = 10;
/** Tries to read one attempt, one per poll. */
const maxTries = 3;
/** How long reading pauses after a 403. */
const forbiddenMs = 3_600_000;

const unreadable = 'failed nodes could not be read';
const othersUnreadable = 'nodes could not be read';
const anothers = 'SecMaster returned another instance, or the topology of another one; nothing of it is counted';

/** Errors that concern one instance only and won't go away. */
const finalKinds: readonly string[] = ['not_found', 'bad_request', 'unexpected_body', 'body_too_large'];

export interface NodeReader {
  /** Whether topologies are read now: not if nodes are off or SecMaster refused access recently. */
  isReading(nodes: Session['nodes'], nowMs: number): boolean;
  /** The failed attempts to read now. */
  pending(session: Session): Promise<readonly EndedAttempt[]>;
  /**
   * Reads the topology of these attempts and counts their failed nodes, once per attempt. Runs are counted without it, so an
   * error of SecMaster here is logged and fails no poll.
   *
   * @throws {LedgerError}
   */
  read(session: Session, failures: readonly EndedAttempt[], hasTimeLeft: () => boolean): Promise<void>;
  /**
   * Between two polls, reads whatever waits if all topologies are wanted, the newest attempts first, with what the rate limit leaves.
   *
   * @throws {SecMasterError} if the signal aborts it
   * @throws {LedgerError}
   */
  readRest(session: Session): Promise<void>;
}

export function createNodeReader(): NodeReader {
  const tries = new Map<string, number>();
  /** When SecMaster last refused access. */
  let forbiddenAtMs: number | null = null;
  let told: string | null = null;

  /** @returns whether the next attempt may be read now */
  async function readNext(session: Session, attempt: EndedAttempt, priority: Priority): Promise<boolean> {
    const key = JSON.stringify([attempt.id, attempt.attempt, attempt.hasFailed]);
    try {
      await readOne(session, attempt, priority);
    } catch (error) {
      if (!(error instanceof SecMasterError) || error.kind === 'aborted') throw error;
      if (error.message !== told) {
        const message = attempt.hasFailed ? unreadable : othersUnreadable;
        session.log.warn({ reason: error.kind, error: error.message }, message);
      }
      told = error.message;
      if (error.kind === 'forbidden') forbiddenAtMs = session.secmaster.now();
      const count = (tries.get(key) ?? 0) + 1;
      const isFinal = finalKinds.includes(error.kind);
      if (!isFinal && count < maxTries) {
        tries.set(key, count);
        return false;
      }
      tries.delete(key);
      const entry = (await session.ledger.known([attempt.id])).get(attempt.id);
      await giveUp(session, attempt, entry, 'failed');
      return isFinal;
    }
    tries.delete(key);
    told = null;
    return true;
  }

  function isReading(nodes: Session['nodes'], nowMs: number): boolean {
    const passedMs = nowMs - (forbiddenAtMs ?? Number.NEGATIVE_INFINITY);
    // Below 0 after a clock was set back.
    return nodes !== 'off' && !(passedMs >= 0 && passedMs < forbiddenMs);
  }

  return {
    isReading,
    async pending(session) {
      if (session.nodes === 'failed') await giveUpOthers(session);
      if (!isReading(session.nodes, session.secmaster.now())) return [];
      const waiting = newestFirst(session.ledger.state.unread);
      return waiting.filter(({ hasFailed }) => hasFailed).slice(0, maxReads);
    },
    async read(session, failures, hasTimeLeft) {
      for (const [i, failure] of failures.entries()) {
        if (i >= minReads && !hasTimeLeft()) return;
        if (!(await readNext(session, failure, 'usual'))) return;
      }
    },
    async readRest(session) {
      if (session.nodes !== 'all' || !isReading(session.nodes, session.secmaster.now())) return;
      for (const attempt of newestFirst(session.ledger.state.unread))
        if (!(await readNext(session, attempt, 'spare'))) return;
    },
  };
}

/** The setting has changed: what has not failed is no longer wanted. */
async function giveUpOthers({ ledger }: Session): Promise<void> {
  const others = newestFirst(ledger.state.unread).filter(({ hasFailed }) => !hasFailed);
  if (others.length > 0) await ledger.commit({ kind: 'topologies_given_up', ids: others.map(({ id }) => id) });
}

async function readOne(session: Session, ended: EndedAttempt, priority: Priority): Promise<void> {
  const { secmaster, ledger, workspaceId, signal, log, recentRuns } = session;
  const { id, attempt } = ended;
  const known = (await ledger.known([id])).get(id);
  const shown = known === undefined ? null : await secmaster.showInstance(workspaceId, id, signal, priority);
  if (shown !== null && (shown.id !== id || shown.hasTopologyOfAnother)) {
    throw new SecMasterError('unexpected_body', 'show_instance', anothers);
  }
  if (known === undefined || shown === null || !isOf(ended, shown, known))
    return giveUp(session, ended, known, 'skipped');

  const { playbook = '' } = known.labels;
  const { failedNodes, timedNodes } = shown;
  const failed = ended.hasFailed ? failedNodes : [];
  const changes = await nodeChanges(session, playbook, ended, { failed, timed: timedNodes });
  const read = { kind: 'nodes_read', id, attempt, result: 'read', ...changes } as const;
  if (!ended.hasFailed) return ledger.commit({ ...read, nodes: null });

  // If no failed runs are listed, their messages are confidential.
  const nodes = failed.slice(0, maxKeptNodes).map((node) => ({ ...node, error: recentRuns > 0 ? node.error : '' }));
  const more = failed.length > maxKeptNodes ? { moreNodes: failed.length - maxKeptNodes } : {};
  await ledger.commit({ ...read, nodes, ...more });
  logFailedRun(log, { entry: known, attempt }, recentRuns, { nodes, ...more });
}

/** The nodes of the attempt will never be known. */
async function giveUp(
  { ledger, log, recentRuns }: Session,
  ended: EndedAttempt,
  known: Entry | undefined,
  result: 'skipped' | 'failed',
): Promise<void> {
  await ledger.commit(unread(ended, result));
  if (ended.hasFailed && known !== undefined) logFailedRun(log, { entry: known, attempt: ended.attempt }, recentRuns);
}

/** After a retry, or where it is run again, the instance's topology is another attempt's: it ended at another time. */
function isOf({ attempt, hasFailed, endedMs }: EndedAttempt, shown: ShownInstance, known: Entry): boolean {
  if (!isEnded(shown) || (shown.status === 'FAILED') !== hasFailed) return false;
  if (shown.endTimeMs !== null && known.lastEnd !== null) return isSameEnd(shown.endTimeMs, endedMs);
  // Without an end_time only retry_count tells.
  return shown.retryCount === (hasFailed ? attempt - 1 : known.retryCount);
}

function unread(
  { id, attempt, hasFailed }: EndedAttempt,
  result: 'skipped' | 'failed',
): Extract<Change, { kind: 'nodes_read' }> {
  return { kind: 'nodes_read', id, attempt, result, nodes: hasFailed ? [] : null, counters: [] };
}
