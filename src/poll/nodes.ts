import type { CounterChange, FailedAttempt } from '../ledger/store.ts';
import type { FailedNode } from '../model/failed-run.ts';
import { SecMasterError } from '../secmaster/http/errors.ts';
import { commit, type Session } from './session.ts';

/** Failed attempts read in one poll, one request each: at the most, and those that are read in any case. */
const mostReads = 100;
const leastReads = 10;
/** Values of the label `node` of one playbook; further nodes share one. */
const mostNodes = 100;
const otherNodes = 'other';
/** Tries of one attempt, in so many polls. */
const mostTries = 3;
/** How long reading rests where it isn't allowed. */
const forbiddenMs = 3_600_000;

/** What speaks of the one instance and won't be better the next time. */
const finalKinds: readonly string[] = ['not_found', 'bad_request', 'unexpected_body', 'body_too_large'];

export interface NodeReader {
  /** The failed attempts to be read now; none where nodes are switched off or SecMaster has refused them lately. */
  pending(session: Session): Promise<readonly FailedAttempt[]>;
  /**
   * Reads the topology of these attempts and counts their failed nodes, once an attempt. The runs themselves are counted
   * without it, so what SecMaster refuses here is logged and fails no poll.
   *
   * @throws {LedgerError}
   */
  read(session: Session, failures: readonly FailedAttempt[], mayGoOn: () => boolean): Promise<void>;
}

export function createNodeReader(): NodeReader {
  const tries = new Map<string, number>();
  let notBeforeMs = 0;
  let told: string | null = null;

  /** @returns whether the next attempt may be read now */
  async function readNext(session: Session, failure: FailedAttempt): Promise<boolean> {
    const key = `${failure.id} ${failure.attempt}`;
    try {
      await readOne(session, failure);
    } catch (error) {
      if (!(error instanceof SecMasterError) || error.kind === 'aborted') throw error;
      if (error.message !== told) session.log.warn(`the nodes of a failed run are not read: ${error.message}`);
      told = error.message;
      if (error.kind === 'forbidden') notBeforeMs = session.secmaster.now() + forbiddenMs;
      const count = (tries.get(key) ?? 0) + 1;
      const isFinal = finalKinds.includes(error.kind);
      if (!isFinal && count < mostTries) {
        tries.set(key, count);
        return false;
      }
      tries.delete(key);
      await commit(session, { readFailures: [{ ...failure, nodes: [] }] });
      return isFinal;
    }
    tries.delete(key);
    told = null;
    return true;
  }

  return {
    async pending({ nodes, secmaster, store, state }) {
      if (nodes === 'off' || secmaster.now() < notBeforeMs) return [];
      return store.unreadFailures(state.ledger, mostReads);
    },
    async read(session, failures, mayGoOn) {
      for (const [i, failure] of failures.entries()) {
        if (i >= leastReads && !mayGoOn()) return;
        if (!(await readNext(session, failure))) return;
      }
    },
  };
}

async function readOne(session: Session, failure: FailedAttempt): Promise<void> {
  const { secmaster, store, state, workspaceId, signal, log, recentRuns } = session;
  const { id, attempt } = failure;
  const known = (await store.known(state.ledger, [id])).get(id);
  const shown = known === undefined ? null : await secmaster.showInstance(workspaceId, id, signal);
  // Once it has been retried, what is shown belongs to another attempt.
  const isOurs = shown !== null && shown.retryCount + 1 === attempt;
  if (known === undefined || !isOurs) return commit(session, { readFailures: [{ ...failure, nodes: [] }] });

  const { playbook } = known;
  // Where no failed runs are shown, their messages are confidential.
  const nodes = shown.failedNodes.map(({ name, error }) => ({ name, error: recentRuns > 0 ? error : '' }));
  const counters = await counterChanges(session, playbook, nodes);
  await commit(session, { counters, readFailures: [{ ...failure, nodes }] });
  const error = nodes.find((node) => node.error !== '')?.error;
  log.info({ instance: id, playbook, attempt, nodes: nodes.map(({ name }) => name), error }, 'a run has failed');
}

async function counterChanges(
  { store, state }: Session,
  playbook: string,
  failed: readonly FailedNode[],
): Promise<CounterChange[]> {
  const labels = new Set(await store.nodes(state.ledger, playbook));
  return failed.map(({ name }) => {
    const node = labels.has(name) || labels.size < mostNodes ? name : otherNodes;
    labels.add(node);
    return { counter: 'failed_nodes', playbook, triggerType: '', status: '', node, by: 1 };
  });
}
