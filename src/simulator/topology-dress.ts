import type { Behaviour } from './behaviour.ts';
import type { Row } from './row.ts';

type Topology = Behaviour['topology'];

/** Whether any of it is otherwise than `topologyOf` writes it. */
export function isTopologyDressed({
  failedNodes,
  names,
  paddingBytes,
  times,
  status,
  actions,
  logs,
}: Topology): boolean {
  return (
    failedNodes !== null ||
    names === 'absent' ||
    paddingBytes > 0 ||
    times !== 'shown' ||
    status !== 'true' ||
    actions === 'twice' ||
    logs !== 'nodes'
  );
}

/** @param topology as `topologyOf` writes it */
export function dressedTopology(topology: unknown, behaviour: Topology, isLower: boolean): unknown {
  const { failedNodes, names, paddingBytes, times, status, actions, logs } = behaviour;
  // Written by topologyOf.
  const { audit_logs: reached } = topology as { readonly audit_logs: readonly Row[] };
  const nodes = failedNodes === null ? reached : Array.from({ length: failedNodes }, (_, index) => failedNode(index));
  const [first] = nodes;
  const all = actions === 'twice' && first !== undefined ? [...nodes, first] : nodes;
  const dressed = all.map((node, index) => {
    const { action_name, start_time, end_time, ...rest } = node;
    const written = statusOf(node.status, status, index === all.length - 1);
    return {
      ...rest,
      ...(names === 'shown' && { action_name }),
      ...timesOf(start_time, end_time, times),
      status: isLower && typeof written === 'string' ? written.toLowerCase() : written,
    };
  });
  return {
    ...logsOf(dressed, logs),
    ...(paddingBytes > 0 && { padding: 'x'.repeat(paddingBytes) }),
  };
}

function timesOf(start: unknown, end: unknown, how: Topology['times']): Row {
  switch (how) {
    case 'shown':
      return { start_time: start, end_time: end };
    case 'null':
      return { start_time: null, end_time: null };
    case 'absent':
      return {};
    case 'no-start':
      return { start_time: null, end_time: end };
    case 'no-end':
      return { start_time: start, end_time: null };
    case 'end-before-start':
      return { start_time: start, end_time: '2001-01-01T00:00:00.000Z+0800' };
    case 'odd':
      return { start_time: 1_752_822_600_000, end_time: 'yesterday' };
  }
}

function statusOf(status: unknown, how: Topology['status'], isLast: boolean): unknown {
  switch (how) {
    case 'true':
      return status;
    case 'running':
      return isLast ? 'RUNNING' : status;
    case 'odd':
      return 'SKIPPED';
    case 'absent':
      return undefined;
  }
}

function logsOf(nodes: readonly Row[], how: Topology['logs']): Row {
  switch (how) {
    case 'nodes':
      return { audit_logs: nodes };
    case 'null':
      return { audit_logs: null };
    case 'absent':
      return {};
    case 'some-are-none':
      return { audit_logs: nodes.flatMap((node) => [null, node, 'node', 7]) };
  }
}

function failedNode(index: number): Row {
  return {
    instance_type: 'TASK',
    action_id: `action-${index + 1}`,
    action_name: `Node ${index + 1}`,
    start_time: null,
    end_time: null,
    error_msg: `Error of node ${index + 1}`,
    input: '{}',
    output: '',
    parent_instance_id: '',
    status: 'FAILED',
    succeed: false,
  };
}
