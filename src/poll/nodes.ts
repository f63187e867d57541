import type { Change, CounterChange, FailedAttempt } from '../ledger/change.ts';
import { isSameEnd } from '../ledger/contribution.ts';
import type { Entry } from '../ledger/entry.ts';
import { nodeLabels } from '../ledger/label-set.ts';
import { LabelValues, otherValue } from '../ledger/label-values.ts';
import { type FailedNode, maxKeptNodes } from '../model/failed-run.ts';
import type { ShownInstance } from '../secmaster/api/secmaster.ts';
import { SecMasterError } from '../secmaster/http/errors.ts';
import { logFailedRun } from './failed-run-lines.ts';
import type { Session } from './session.ts';

/** Failed attempts read in one poll, one request each: the maximum, and the minimum even without time left. */
export const maxReads = 100;
const minReads = 10;
/** Values of the label `node` of one playbook; further nodes share `other`. */
const maxNodes = 100;
/** Tries to read one attempt, one per poll. */
const maxTries = 3;
/** How long reading pauses after a 403. */
const forbiddenMs = 3_600_000;

const unreadable = 'failed nodes could not be read';
const anothers = 'SecMaster returned another instance, or the topology of another one; nothing of it is counted';

/** Errors that concern one instance only and won't go away. */
const finalKinds: readonly string[] = ['not_found', 'bad_request', 'unexpected_body', 'body_too_large'];

export interface NodeReader {
  /** Whether topologies are read now: not if nodes are off or SecMaster refused access recently. */
  isReading(nodes: Session['nodes'], nowMs: number): boolean;
  /** The failed attempts to read now. */
  pending(session: Session): Promise<readonly FailedAttempt[]>;
  /**
   * Reads the topology of these attempts and counts their failed nodes, once per attempt. Runs are counted without it, so an
   * error of SecMaster here is logged and fails no poll.
   *
   * @throws {LedgerError}
   */
  read(session: Session, failures: readonly FailedAttempt[], hasTimeLeft: () => boolean): Promise<void>;
}

export function createNodeReader(): NodeReader {
  const tries = new Map<string, number>();
  /** When SecMaster last refused access. */
  let forbiddenAtMs: number | null = null;
  let told: string | null = null;

  /** @returns whether the next attempt may be read now */
  async function readNext(session: Session, failure: FailedAttempt): Promise<boolean> {
    const key = `${failure.id} ${failure.attempt}`;
    try {
      await readOne(session, failure);
    } catch (error) {
      if (!(error instanceof SecMasterError) || error.kind === 'aborted') throw error;
      if (error.message !== told) session.log.warn({ reason: error.kind, error: error.message }, unreadable);
      told = error.message;
      if (error.kind === 'forbidden') forbiddenAtMs = session.secmaster.now();
      const count = (tries.get(key) ?? 0) + 1;
      const isFinal = finalKinds.includes(error.kind);
      if (!isFinal && count < maxTries) {
        tries.set(key, count);
        return false;
      }
      tries.delete(key);
      const entry = (await session.ledger.known([failure.id])).get(failure.id);
      await giveUp(session, failure, entry);
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
    async pending({ nodes, secmaster, ledger }) {
      return isReading(nodes, secmaster.now()) ? ledger.unreadFailures(maxReads) : [];
    },
    async read(session, failures, hasTimeLeft) {
      for (const [i, failure] of failures.entries()) {
        if (i >= minReads && !hasTimeLeft()) return;
        if (!(await readNext(session, failure))) return;
      }
    },
  };
}

async function readOne(session: Session, failure: FailedAttempt): Promise<void> {
  const { secmaster, ledger, workspaceId, signal, log, recentRuns } = session;
  const { id, attempt } = failure;
  const known = (await ledger.known([id])).get(id);
  const shown = known === undefined ? null : await secmaster.showInstance(workspaceId, id, signal);
  if (shown !== null && (shown.id !== id || shown.hasTopologyOfAnother)) {
    throw new SecMasterError('unexpected_body', 'show_instance', anothers);
  }
  if (known === undefined || shown === null || !isOf(failure, shown, known)) return giveUp(session, failure, known);

  const { playbook = '' } = known.labels;
  const { failedNodes } = shown;
  // If no failed runs are listed, their messages are confidential.
  const nodes = failedNodes
    .slice(0, maxKeptNodes)
    .map(({ name, error }) => ({ name, error: recentRuns > 0 ? error : '' }));
  const more = failedNodes.length > maxKeptNodes ? { moreNodes: failedNodes.length - maxKeptNodes } : {};
  const changes = await nodeChanges(session, playbook, failedNodes);
  await ledger.commit({ ...nodesRead(failure, nodes), ...changes, ...more });
  logFailedRun(log, { entry: known, attempt }, recentRuns, { nodes, ...more });
}

/** The nodes of the attempt will never be known. */
async function giveUp({ ledger, log, recentRuns }: Session, failure: FailedAttempt, known: Entry | undefined) {
  await ledger.commit(nodesRead(failure, []));
  if (known !== undefined) logFailedRun(log, { entry: known, attempt: failure.attempt }, recentRuns);
}

/** After a retry, or where it is run again, the instance's topology is another attempt's: it ended at another time. */
function isOf({ attempt, failedMs }: FailedAttempt, shown: ShownInstance, known: Entry): boolean {
  if (shown.status !== 'FAILED') return false;
  // Without an end_time only retry_count tells.
  if (shown.endTimeMs === null || known.lastEnd === null) return shown.retryCount + 1 === attempt;
  return isSameEnd(shown.endTimeMs, failedMs);
}

function nodesRead(
  { id, attempt }: FailedAttempt,
  nodes: readonly FailedNode[],
): Extract<Change, { kind: 'nodes_read' }> {
  return { kind: 'nodes_read', id, attempt, nodes, counters: [] };
}

async function nodeChanges({ ledger, secmaster, maxValues }: Session, playbook: string, failed: readonly FailedNode[]) {
  const labels = new Set(await ledger.nodes(playbook));
  const values = new LabelValues(ledger.state.values, maxValues);
  const counters = new Map<string, number>();
  for (const { name } of failed) {
    const node = labels.has(name) || labels.size < maxNodes ? name : otherValue;
    if (node !== name) values.limit('node', name, secmaster.now());
    labels.add(node);
    counters.set(node, (counters.get(node) ?? 0) + 1);
  }
  return {
    counters: [...counters].map(
      ([node, by]): CounterChange => ({ counter: 'failed_nodes', labels: nodeLabels(playbook, node), by }),
    ),
    values: values.met(),
  };
}
