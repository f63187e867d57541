import type { Details } from '../model/instance.ts';
import type { Labels, LastTime } from '../model/snapshot.ts';
import { begunMs, type Run } from './contribution.ts';
import { givenValue, noValue } from './extra-values.ts';
import { moveRows } from './move-rows.ts';

/**
 * Which versions of a workflow a playbook has run, and on which data class it works: minima and maxima over the rows that SecMaster has
 * shown, so their order and the times of polls don't matter.
 */

/** A version of a workflow, under a playbook's label. */
export interface Version {
  readonly playbook: string;
  /** The workflow's id, or its name where SecMaster gives no id. */
  readonly workflowId: string;
  readonly version: string;
  /** The workflow's name as of the newest run. */
  readonly workflow: string;
  readonly firstStartMs: number;
  readonly lastStartMs: number;
  /** The newest time of its instances. */
  readonly seenMs: number;
}

/** The data class of the newest run under a playbook's label. */
export interface PlaybookDataclass {
  readonly playbook: string;
  readonly dataclass: string;
  readonly startMs: number;
}

/** Versions of a workspace that are kept: those that have started last. */
export const maxVersions = 1_000;

export function versionKey({ playbook, workflowId, version }: Version): string {
  return JSON.stringify([playbook, workflowId, version]);
}

/** A row that shows its run begun. */
export interface ShownRun extends Run {
  readonly labels: Labels;
  readonly details: Details;
}

/** null: the row names no workflow, or no time. */
export function versionOf(run: ShownRun): Version | null {
  const startMs = begunMs(run);
  const { workflow } = run.details;
  const workflowId = workflow?.id ?? workflow?.name ?? null;
  if (startMs === null || workflowId === null) return null;
  return {
    playbook: run.labels.playbook ?? '',
    workflowId,
    version: givenValue('workflow_version', run.details, undefined) ?? noValue,
    workflow: givenValue('workflow', run.details, undefined) ?? noValue,
    firstStartMs: startMs,
    lastStartMs: startMs,
    seenMs: Math.max(startMs, run.endTimeMs ?? startMs),
  };
}

/** null: the row names no data class, or no time. */
export function dataclassOf(run: ShownRun): PlaybookDataclass | null {
  const startMs = begunMs(run);
  const dataclass = givenValue('dataclass', run.details, undefined);
  if (startMs === null || dataclass === null) return null;
  return { playbook: run.labels.playbook ?? '', dataclass, startMs };
}

/** Of two names for the same moment, the one that is last in the alphabet: any rule does that doesn't depend on the order. */
function newerVersion(a: Version, b: Version): Version {
  if (a.lastStartMs !== b.lastStartMs) return a.lastStartMs > b.lastStartMs ? a : b;
  return a.workflow >= b.workflow ? a : b;
}

function joinVersions(a: Version, b: Version): Version {
  return {
    ...newerVersion(a, b),
    firstStartMs: Math.min(a.firstStartMs, b.firstStartMs),
    seenMs: Math.max(a.seenMs, b.seenMs),
  };
}

function newerDataclass(a: PlaybookDataclass, b: PlaybookDataclass): PlaybookDataclass {
  if (a.startMs !== b.startMs) return a.startMs > b.startMs ? a : b;
  return a.dataclass >= b.dataclass ? a : b;
}

/** What the rows of a page change. */
export interface VersionChanges {
  /** New or changed, as they are from now on. */
  readonly versions: readonly Version[];
  /** Versions that others take the place of. */
  readonly dropped: readonly Version[];
  readonly dataclasses: readonly PlaybookDataclass[];
}

export interface KnownVersions {
  /** By `versionKey`. */
  readonly versions: ReadonlyMap<string, Version>;
  /** By the playbook's label. */
  readonly dataclasses: ReadonlyMap<string, PlaybookDataclass>;
}

/** The rows of a page, held against what is known. */
export function foldVersions(rows: readonly ShownRun[], known: KnownVersions, max = maxVersions): VersionChanges {
  const versions = foldInto(known.versions, rows.map(versionOf), versionKey, joinVersions);
  const dataclasses = foldInto(known.dataclasses, rows.map(dataclassOf), ({ playbook }) => playbook, newerDataclass);
  return { ...limited(versions, known.versions, max), dataclasses: [...dataclasses.values()] };
}

/** Those that differ from what is known. */
function foldInto<T extends object>(
  known: ReadonlyMap<string, T>,
  rows: readonly (T | null)[],
  keyOf: (one: T) => string,
  join: (a: T, b: T) => T,
): Map<string, T> {
  const changed = new Map<string, T>();
  for (const row of rows) {
    if (row === null) continue;
    const key = keyOf(row);
    const before = changed.get(key) ?? known.get(key);
    const after = before === undefined ? row : join(before, row);
    if (before === undefined || !isSame(before, after)) changed.set(key, after);
  }
  return changed;
}

function isSame<T extends object>(a: T, b: T): boolean {
  return (Object.keys(a) as (keyof T)[]).every((key) => a[key] === b[key]);
}

function limited(changed: ReadonlyMap<string, Version>, known: ReadonlyMap<string, Version>, max: number) {
  const added = changed.keys().filter((key) => !known.has(key));
  if (known.size + added.toArray().length <= max) return { versions: [...changed.values()], dropped: [] };
  const all = [...new Map([...known, ...changed])];
  const surplus = new Set(
    all
      .toSorted(([a, one], [b, other]) => other.lastStartMs - one.lastStartMs || (a < b ? -1 : 1))
      .slice(max)
      .map(([key]) => key),
  );
  return {
    versions: [...changed].flatMap(([key, one]) => (surplus.has(key) ? [] : [one])),
    dropped: [...known].flatMap(([key, one]) => (surplus.has(key) ? [one] : [])),
  };
}

/** What nothing shows any more: of playbooks without an open instance, the versions that have not run since. */
export function staleVersions(
  { versions, dataclasses }: KnownVersions,
  beforeMs: number,
  hasOpen: ReadonlySet<string>,
  live: ReadonlySet<string>,
) {
  return {
    versions: [...versions.values()].filter((one) => one.seenMs < beforeMs && !hasOpen.has(one.playbook)),
    dataclasses: [...dataclasses.keys()].filter((playbook) => !live.has(playbook)),
  };
}

/** What a snapshot shows of versions, under the current labels of their playbooks. */
export interface ShownVersions {
  /** Those that began within the window. */
  readonly workflows: readonly { readonly labels: Labels }[];
  readonly firstStarts: readonly LastTime[];
}

/**
 * @param current the label that a playbook has now
 * @param fromMs the start of the window
 */
export function shownVersions(
  versions: Iterable<Version>,
  current: (label: string) => string,
  fromMs: number,
): ShownVersions {
  const rows = Array.from(versions, (one) => ({
    labels: { playbook: one.playbook, workflow_id: one.workflowId, version: one.version },
    one,
  }));
  const moved = moveRows(rows, current, (a, b) => ({ ...a, one: joinVersions(a.one, b.one) }));
  const first = new Map<string, LastTime>();
  for (const {
    labels: { playbook, version },
    one,
  } of moved) {
    const key = JSON.stringify([playbook, one.workflow, version]);
    const atMs = Math.min(one.firstStartMs, first.get(key)?.atMs ?? Number.POSITIVE_INFINITY);
    first.set(key, { labels: { playbook, workflow: one.workflow, version }, atMs });
  }
  return {
    workflows: moved
      .filter(({ one }) => one.lastStartMs >= fromMs)
      .map(({ labels: { playbook, workflow_id, version }, one }) => ({
        labels: { playbook, workflow_id, workflow: one.workflow, version },
      })),
    firstStarts: [...first.values()],
  };
}

/** The data class of each playbook, by its current label. */
export function currentDataclasses(
  dataclasses: Iterable<PlaybookDataclass>,
  current: (label: string) => string,
): ReadonlyMap<string, string> {
  const newest = new Map<string, PlaybookDataclass>();
  for (const one of dataclasses) {
    const label = current(one.playbook);
    const known = newest.get(label);
    newest.set(label, known === undefined ? one : newerDataclass(known, one));
  }
  return new Map(Array.from(newest, ([label, { dataclass }]) => [label, dataclass]));
}
