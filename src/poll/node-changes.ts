import type { CounterChange, DurationChange } from '../ledger/change.ts';
import { nodeLabels, timedNodeLabels } from '../ledger/label-set.ts';
import { LabelValues, otherValue } from '../ledger/label-values.ts';
import type { EndedAttempt } from '../ledger/topologies.ts';
import type { FailedNode } from '../model/failed-run.ts';
import type { Labels } from '../model/snapshot.ts';
import type { TimedNode } from '../model/timed-node.ts';
import type { Session } from './session.ts';

/** Values of the label `node` of one playbook in a family; further nodes share `other`. */
const maxNodes = 100;
/** SecMaster's time may be known only as well as the local clock tells it. */
const maxAheadMs = 60_000;

export interface ReadNodes {
  readonly failed: readonly FailedNode[];
  readonly timed: readonly TimedNode[];
}

/** What the nodes of an attempt change in the ledger. */
export async function nodeChanges(session: Session, playbook: string, attempt: EndedAttempt, nodes: ReadNodes) {
  const { ledger, secmaster, maxValues, durationBuckets } = session;
  const nowMs = secmaster.now();
  const values = new LabelValues(ledger.state.values, maxValues);
  const counters = new Map<string, CounterChange>();
  const durations: DurationChange[] = [];

  function labelOf(name: string, labels: Set<string>): string {
    const label = labels.has(name) || labels.size < maxNodes ? name : otherValue;
    if (label !== name) values.limit('node', name, nowMs);
    labels.add(label);
    return label;
  }

  function count(counter: CounterChange['counter'], series: Labels): void {
    const key = JSON.stringify([counter, series]);
    counters.set(key, { counter, labels: series, by: (counters.get(key)?.by ?? 0) + 1 });
  }

  const failed = new Set(await ledger.nodes(playbook, 'failed_nodes'));
  for (const { name } of nodes.failed) count('failed_nodes', nodeLabels(playbook, labelOf(name, failed)));
  const timed = new Set(await ledger.nodes(playbook, 'timed_nodes'));
  for (const { name, status, startMs, endMs } of nodes.timed.filter((node) => isObserved(node, attempt, nowMs))) {
    const series = timedNodeLabels(playbook, labelOf(name, timed), values.of('status', status));
    values.meet('status', status, endMs);
    const seconds = (endMs - startMs) / 1000;
    const le = durationBuckets.find((bound) => seconds <= bound) ?? Number.POSITIVE_INFINITY;
    count('timed_nodes', series);
    durations.push({ labels: series, le, observed: { instanceId: attempt.id, seconds, endTimeMs: endMs } });
  }
  return { counters: [...counters.values()], durations, values: values.met() };
}

/** Once: a topology may still show the nodes of earlier attempts, which began before the one before it ended. */
function isObserved({ startMs, endMs }: TimedNode, { sinceMs }: EndedAttempt, nowMs: number): boolean {
  const isOfAttempt = sinceMs === null || (startMs >= sinceMs && endMs > sinceMs);
  return isOfAttempt && endMs <= nowMs + maxAheadMs;
}
