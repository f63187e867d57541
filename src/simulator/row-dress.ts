import { formatTime } from '../model/time.ts';
import type { Behaviour } from './behaviour.ts';
import { type Dress, missingIn, type Row } from './row.ts';

/** How rows are written: as this behaviour says, by the first of two replicas or by the second. */
export function dressOf({ rows, replicas, topology }: Behaviour, isSecond: boolean): Dress {
  const differs = (what: Behaviour['replicas']['differIn'][number]) => isSecond && replicas.differIn.includes(what);
  const missing = missingIn(rows.nulls);
  const isLower = (rows.spelling === 'lower') !== differs('spelling');
  const steps: Dress[] = [];

  if (rows.times !== '…Z+0800' || rows.milliseconds === 'absent' || differs('milliseconds')) {
    const offMs = differs('milliseconds') ? 1 : 0;
    const written = (ms: number | null) =>
      ms === null ? missing('') : writeTime(ms + offMs, rows.times, rows.milliseconds);
    steps.push((row, { startTimeMs, endTimeMs }) => ({
      ...row,
      start_time: written(startTimeMs),
      end_time: written(endTimeMs),
    }));
  }
  if (isLower) {
    steps.push((row) => ({ ...row, status: lower(row.status), trigger_type: lower(row.trigger_type) }));
  }
  if (differs('name')) steps.push((row) => ({ ...row, name: `${row.name} (2)` }));
  if (differs('playbook-name')) {
    steps.push((row, { playbook }) =>
      playbook === null ? row : { ...row, playbook: { ...playbook, name: `${playbook.name} (2)` } },
    );
  }
  if (differs('playbook')) steps.push((row) => ({ ...row, playbook: missing({}) }));
  if (differs('trigger-type')) steps.push((row) => ({ ...row, trigger_type: missing('') }));
  if (rows.paddingBytes > 0) steps.push((row) => ({ ...row, padding: 'x'.repeat(rows.paddingBytes) }));
  if (isLower || topology.failedNodes !== null || topology.names === 'absent' || topology.paddingBytes > 0) {
    steps.push((row) => ('topology' in row ? { ...row, topology: dressed(row.topology, topology, isLower) } : row));
  }
  if (steps.length === 0) return (row) => row;
  return (row, instance) => steps.reduce((dressedRow, step) => step(dressedRow, instance), row);
}

function writeTime(
  ms: number,
  form: Behaviour['rows']['times'],
  milliseconds: Behaviour['rows']['milliseconds'],
): string {
  const utc = new Date(ms).toISOString();
  const written = {
    '…Z+0800': formatTime(ms),
    '…Z+0000': `${utc}+0000`,
    '…Z': utc,
    '…+08:00': formatTime(ms).replace('Z+0800', '+08:00'),
  }[form];
  return milliseconds === 'shown' ? written : written.replace(/\.\d{3}/, '');
}

function lower(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

function dressed(topology: unknown, behaviour: Behaviour['topology'], isLower: boolean): unknown {
  const { failedNodes, names, paddingBytes } = behaviour;
  // Written by topologyOf.
  const { audit_logs: logs } = topology as { readonly audit_logs: readonly Row[] };
  const nodes = failedNodes === null ? logs : Array.from({ length: failedNodes }, (_, index) => failedNode(index));
  return {
    audit_logs: nodes.map(({ action_name, ...node }) => ({
      ...node,
      ...(names === 'shown' && { action_name }),
      ...(isLower && { status: lower(node.status) }),
    })),
    ...(paddingBytes > 0 && { padding: 'x'.repeat(paddingBytes) }),
  };
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
