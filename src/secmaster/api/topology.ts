import { type FailedNode, maxKeptNodes } from '../../model/failed-run.ts';
import { canonicalStatus, isEnded } from '../../model/status.ts';
import { isId } from '../../model/text.ts';
import { isPlausible, parseTime } from '../../model/time.ts';
import type { TimedNode } from '../../model/timed-node.ts';
import { shownMessage, shownText } from './schema.ts';

/** The nodes of an instance's topology. There may be a hundred thousand of them, so they are read without a schema. */

/** Failed nodes that are called by their names. */
const maxNamed = 1_000;
/** Nodes whose times are read, and entries that are looked through for them, the last ones. */
const maxTimed = 1_000;
const maxEntries = 10_000;

interface TopologyNode {
  readonly action_id?: string | null;
  readonly action_name?: string | null;
  readonly status?: string | null;
  readonly succeed?: boolean | null;
  readonly error_msg?: string | null;
  readonly start_time?: unknown;
  readonly end_time?: unknown;
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
    .map((node, i) => ({
      name: i < maxNamed ? shownText(node.action_name || node.action_id || '') : 'other',
      error: i < maxKeptNodes ? shownMessage(node.error_msg ?? '') : '',
      ...(i < maxKeptNodes && knownTimes(node)),
    }));
}

/**
 * The nodes that have ended and say when they began and ended. Of several entries of a node, that which started last counts; of equal
 * ones the last.
 */
export function timedNodes(body: unknown): TimedNode[] {
  const byAction = new Map<string, TimedNode>();
  for (const node of nodesOf(body).slice(-maxEntries)) {
    const key = node.action_id || node.action_name;
    if (!key || (byAction.size >= maxTimed && !byAction.has(key))) continue;
    const timed = timesOf(node);
    const isNewest = timed !== null && timed.startMs >= (byAction.get(key)?.startMs ?? timed.startMs);
    if (isNewest) byAction.set(key, timed);
  }
  return [...byAction.values()].map(({ name, status, ...times }) => ({
    ...times,
    name: shownText(name),
    status: shownText(status),
  }));
}

function timesOf(node: TopologyNode): TimedNode | null {
  const status = statusOf(node);
  const [startMs, endMs] = [timeOf(node.start_time), timeOf(node.end_time)];
  if (status === '' || startMs === null || endMs === null || endMs < startMs) return null;
  return isEnded({ status, endTimeMs: endMs })
    ? { name: node.action_name || node.action_id || '', status, startMs, endMs }
    : null;
}

function knownTimes(node: TopologyNode): Pick<FailedNode, 'startMs' | 'endMs'> {
  const [startMs, endMs] = [timeOf(node.start_time), timeOf(node.end_time)];
  return { ...(startMs !== null && { startMs }), ...(endMs !== null && { endMs }) };
}

/** '' if there is nothing that tells. */
function statusOf({ status, succeed }: TopologyNode): string {
  if (status) return canonicalStatus(status);
  return typeof succeed === 'boolean' ? (succeed ? 'FINISHED' : 'FAILED') : '';
}

function timeOf(text: unknown): number | null {
  const ms = typeof text === 'string' ? parseTime(text) : null;
  return ms !== null && isPlausible(ms) ? ms : null;
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

function isFailed(node: TopologyNode): boolean {
  return statusOf(node) === 'FAILED';
}

function isText(value: unknown): value is string | null | undefined {
  return value === null || value === undefined || typeof value === 'string';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
