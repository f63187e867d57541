import { formatTime } from '../model/time.ts';
import { type Attempt, attemptsOf } from './attempts.ts';
import type { Instance } from './instance.ts';

/** A node of the topology (docs/secmaster-api.md#topology-node). */
export interface TopologyNode {
  readonly instance_type: 'TASK';
  readonly action_id: string;
  readonly action_name: string;
  readonly start_time: string | null;
  readonly end_time: string | null;
  readonly error_msg: string;
  readonly input: string;
  readonly output: string;
  readonly parent_instance_id: string;
  readonly status: 'RUNNING' | 'FAILED' | 'FINISHED';
  readonly succeed: boolean;
}

/** A node that an attempt has reached. */
export interface ReachedNode {
  readonly name: string;
  /** From 0. */
  readonly position: number;
  readonly status: TopologyNode['status'];
  readonly startMs: number;
  /** null: it runs, or was left when the instance was terminated. */
  readonly endMs: number | null;
}

/** The nodes of the attempt that runs or ran last; with `all`, those of the earlier ones before them. */
export function topologyOf(
  instance: Instance,
  which: 'current' | 'all' = 'current',
): { readonly audit_logs: readonly TopologyNode[] } {
  const attempts = attemptsOf(instance);
  const shown = which === 'all' ? attempts : attempts.slice(-1);
  return {
    audit_logs: shown.flatMap((attempt) =>
      nodesOf(instance, attempt).map((node) => written(node, instance.id, attempt.failure?.errorMsg ?? '')),
    ),
  };
}

function written({ name, position, status, startMs, endMs }: ReachedNode, id: string, errorMsg: string): TopologyNode {
  return {
    instance_type: 'TASK',
    action_id: `action-${position + 1}`,
    action_name: name,
    start_time: formatTime(startMs),
    end_time: endMs === null ? null : formatTime(endMs),
    error_msg: status === 'FAILED' ? errorMsg : '',
    input: '{}',
    output: status === 'FINISHED' ? '{}' : '',
    parent_instance_id: id,
    status,
    succeed: status === 'FINISHED',
  };
}

/**
 * The nodes that an attempt has reached, one after another without a pause: the durations of an attempt's nodes add up to it. A
 * finished one has all; a failed one those up to the failing node; an open one those before the node that failed last and that
 * node, running again, or only the first node.
 */
export function nodesOf({ id, nodes }: Pick<Instance, 'id' | 'nodes'>, attempt: Attempt): readonly ReachedNode[] {
  const { failure, status, startMs, endMs, lastMs } = attempt;
  const names = failure === null || nodes.includes(failure.node) ? nodes : [...nodes, failure.node];
  const current = Math.max(0, failure === null ? 0 : names.indexOf(failure.node));
  const reached = status === 'FINISHED' ? names : names.slice(0, current + 1);
  const shares = sharesOf(`${id}/${attempt.number}`, reached.length);
  const untilMs = endMs ?? lastMs;
  let [passed, atMs] = [0, startMs];
  return reached.map((name, position) => {
    const nodeStatus: ReachedNode['status'] =
      status === 'FINISHED' || position < current ? 'FINISHED' : lastStatus(status);
    passed += shares[position] ?? 0;
    const isLast = position === reached.length - 1;
    const nodeEndMs = isLast ? untilMs : startMs + Math.floor((untilMs - startMs) * passed);
    const node = {
      name,
      position,
      status: nodeStatus,
      startMs: atMs,
      endMs: nodeStatus === 'RUNNING' ? null : nodeEndMs,
    };
    atMs = nodeEndMs;
    return node;
  });
}

/** The current node of a terminated instance stays unfinished. */
function lastStatus(status: string): 'FAILED' | 'RUNNING' {
  return status === 'FAILED' ? 'FAILED' : 'RUNNING';
}

/** Which part of an attempt each node takes: always the same for one attempt, and otherwise in the next. */
function sharesOf(seed: string, count: number): readonly number[] {
  let hash = 0x811c9dc5;
  for (let i = 0; i < seed.length; i += 1) hash = Math.imul(hash ^ seed.charCodeAt(i), 0x01000193);
  let sum = 0;
  const weights = Array.from({ length: count }, () => {
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) + 1;
    const weight = 1 + ((hash >>> 8) % 16);
    sum += weight;
    return weight;
  });
  return weights.map((weight) => weight / sum);
}
