import { formatTime } from '../model/time.ts';
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

/**
 * The nodes that were reached. A finished instance has all; a failed one those up to the failing node; an open one those
 * before the node that failed last and that node, running again, or only the first node. The last node takes all the time.
 */
export function topologyOf(instance: Instance): { readonly audit_logs: readonly TopologyNode[] } {
  const { failure, status } = instance;
  const names =
    failure === null || instance.nodes.includes(failure.node) ? instance.nodes : [...instance.nodes, failure.node];
  const current = Math.max(0, failure === null ? 0 : names.indexOf(failure.node));
  const reached = status === 'FINISHED' ? names : names.slice(0, current + 1);
  const time = (ms: number | null) => (ms === null ? null : formatTime(ms));
  const start = time(instance.startTimeMs);
  return {
    audit_logs: reached.map((name, position) => {
      const nodeStatus = status === 'FINISHED' || position < current ? 'FINISHED' : lastNodeStatus(status);
      return {
        instance_type: 'TASK',
        action_id: `action-${position + 1}`,
        action_name: name,
        start_time: start,
        end_time: nodeStatus === 'RUNNING' ? null : position < reached.length - 1 ? start : time(instance.endTimeMs),
        error_msg: nodeStatus === 'FAILED' && failure !== null ? failure.errorMsg : '',
        input: '{}',
        output: nodeStatus === 'FINISHED' ? '{}' : '',
        parent_instance_id: instance.id,
        status: nodeStatus,
        succeed: nodeStatus === 'FINISHED',
      };
    }),
  };
}

/** The current node of a terminated instance stays unfinished. */
function lastNodeStatus(status: string): 'FAILED' | 'RUNNING' {
  return status === 'FAILED' ? 'FAILED' : 'RUNNING';
}
