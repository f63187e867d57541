import { type FailedNode, maxKeptNodes } from '../../model/failed-run.ts';
import { canonicalStatus } from '../../model/status.ts';
import { isId } from '../../model/text.ts';
import { shownMessage, shownText } from './schema.ts';

/** The nodes of an instance's topology. There may be a hundred thousand of them, so they are read without a schema. */

/** Failed nodes that are called by their names. */
const maxNamed = 1_000;

interface TopologyNode {
  readonly action_id?: string | null;
  readonly action_name?: string | null;
  readonly status?: string | null;
  readonly succeed?: boolean | null;
  readonly error_msg?: string | null;
  readonly parent_instance_id?: unknown;
}

/**
 * The last entry of each node counts: it is not documented whether a topology still shows the nodes of earlier attempts.
 * A running node has not succeeded yet, so `succeed` counts only if there is no status.
 */
export function failedNodes(body: unknown): FailedNode[] {
  const byAction = new Map<string, TopologyNode | null>();
  for (const node of nodesOf(body)) {
    const key = node.action_id || node.action_name;
    if (!key) continue;
    byAction.set(key, isFailed(node) ? node : null);
  }
  return [...byAction.values()]
    .filter((node) => node !== null)
    .map(({ action_id: id, action_name: name, error_msg: error }, i) => ({
      name: i < maxNamed ? shownText(name || id || '') : 'other',
      error: i < maxKeptNodes ? shownMessage(error ?? '') : '',
    }));
}

/** Whether the nodes name another instance, and none of them this one. */
export function isTopologyOfAnother(body: unknown, id: string): boolean {
  const parents = nodesOf(body).flatMap(({ parent_instance_id: parent }) => parent || []);
  return parents.length > 0 && !parents.includes(id);
}

function nodesOf(body: unknown): TopologyNode[] {
  const topology = isRecord(body) ? body.topology : null;
  const logs = isRecord(topology) ? topology.audit_logs : null;
  return Array.isArray(logs) ? logs.filter(isNode) : [];
}

/** A node that can't be understood is skipped. */
function isNode(node: unknown): node is TopologyNode {
  if (!isRecord(node)) return false;
  const { action_id: id, action_name: name, status, error_msg: error, succeed } = node;
  if (typeof id === 'string' && id !== '' && !isId(id)) return false;
  return [id, name, status, error].every(isText) && (typeof succeed === 'boolean' || (succeed ?? null) === null);
}

function isFailed({ status, succeed }: TopologyNode): boolean {
  return status ? canonicalStatus(status) === 'FAILED' : succeed === false;
}

function isText(value: unknown): value is string | null | undefined {
  return value === null || value === undefined || typeof value === 'string';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
