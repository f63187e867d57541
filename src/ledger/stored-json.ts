import type { FailedNode } from '../model/failed-run.ts';
import { type Details, noDetails } from '../model/instance.ts';
import type { Labels } from '../model/snapshot.ts';
import { isPlausible } from '../model/time.ts';
import { maxNumber } from './bounds.ts';
import type { ByStatus } from './contribution.ts';
import type { KeptPlaybook } from './kept-playbook.ts';
import { LedgerError } from './store.ts';

/** What a ledger keeps as JSON. Each fails with a `LedgerError` on a text that no exporter has written. */

/** A count that an earlier exporter let grow out of bounds begins anew. */
export function readCounts(text: string): ByStatus {
  const counts = parse(text);
  const isCount = (one: unknown): one is [string, number] =>
    Array.isArray(one) && typeof one[0] === 'string' && typeof one[1] === 'number';
  if (!Array.isArray(counts) || !counts.every(isCount)) throw unreadable();
  return new Map(counts.filter(([, count]) => count >= 0 && count <= maxNumber));
}

export function readLabels(text: string): Labels {
  const labels = parse(text);
  if (!isObject(labels) || !Object.values(labels).every((value) => typeof value === 'string')) throw unreadable();
  return labels as Labels;
}

export function readNodes(text: string): readonly FailedNode[] {
  const nodes = parse(text);
  const isNode = (one: unknown): one is FailedNode =>
    isObject(one) &&
    typeof one.name === 'string' &&
    typeof one.error === 'string' &&
    [one.startMs, one.endMs].every(isTime);
  if (!Array.isArray(nodes) || !nodes.every(isNode)) throw unreadable();
  return nodes;
}

/** @param text null: none are kept */
export function readDetails(text: string | null): Details {
  if (text === null) return noDetails;
  const details = parse(text);
  if (!isObject(details)) throw unreadable();
  const { name, dataobjectId, defenseId, dataclass, workflow } = details;
  return {
    name: textOrNull(name),
    dataobjectId: textOrNull(dataobjectId),
    defenseId: textOrNull(defenseId),
    dataclass: readDataClass(dataclass),
    workflow: isObject(workflow)
      ? {
          id: textOrNull(workflow.id),
          name: textOrNull(workflow.name),
          version: textOrNull(workflow.version),
          versionId: textOrNull(workflow.versionId),
        }
      : null,
  };
}

export function readListed(text: string): readonly KeptPlaybook[] {
  const listed = parse(text);
  if (!Array.isArray(listed)) throw unreadable();
  return listed.map((one: unknown) => {
    if (!isObject(one)) throw unreadable();
    const { playbookId, name, isEnabled, dataclass, hasPlace } = one;
    const isKnown = typeof playbookId === 'string' && typeof name === 'string' && typeof hasPlace === 'boolean';
    if (!isKnown || (isEnabled !== null && typeof isEnabled !== 'boolean')) throw unreadable();
    return { playbookId, name, isEnabled, dataclass: readDataClass(dataclass), hasPlace };
  });
}

function readDataClass(value: unknown): Details['dataclass'] {
  return isObject(value) ? { id: textOrNull(value.id), name: textOrNull(value.name) } : null;
}

function isTime(value: unknown): boolean {
  return value === undefined || (typeof value === 'number' && isPlausible(value));
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(error);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(cause?: unknown): LedgerError {
  const message =
    'the ledger is damaged: an entry cannot be read; restore it from a backup, or delete it to start counting from 0';
  return new LedgerError(message, { isDamaged: true, cause });
}
