import type { HourOfRuns } from '../model/hour-of-runs.ts';
import type { DataClass } from '../model/instance.ts';
import { stuckMs } from '../model/open-run.ts';
import type { WorkspaceReport } from '../model/report.ts';
import type { Durations, Labels, ListedSeries, NamedPlaybook, Snapshot } from '../model/snapshot.ts';
import { time } from './status-values.ts';

/** A playbook that has run, or is in SecMaster's list of playbooks, in `/api/v1/status` and on the page. */
export interface PlaybookStatus {
  /** The value of the label `playbook`; null: there are too many, so it has no series of its own. */
  readonly playbook: string | null;
  readonly name: string;
  /** null: none, or several, as of those that share a label. */
  readonly id: string | null;
  /** What is wrong with it, the most urgent first. */
  readonly troubles: readonly Trouble[];
  /** null: SecMaster's list of playbooks doesn't say it in a way that can be understood, or has not been read. */
  readonly enabled: boolean | null;
  readonly dataclass: DataClass | null;
  /** null: none is known, or it has no series of its own. */
  readonly last_start: string | null;
  /** By when the next run is due; null: no rhythm is known. */
  readonly expected_start: string | null;
  /** Of the trigger type with the most of them. */
  readonly failures_in_a_row: number;
  /** When the first of them ended. */
  readonly failing_since: string | null;
  readonly oldest_open_start: string | null;
  /** How long runs took that finished since counting began; null: none did. */
  readonly durations: DurationsStatus | null;
  /** The last 24 hours in which runs began that have ended, the oldest first. */
  readonly hours: readonly HourStatus[];
}

/**
 * - `failing`: its latest runs have failed for good;
 * - `stuck`: a run has been open for more than four hours;
 * - `overdue`: no run has begun by the time at which one was due;
 * - `silent`: it is enabled, and no run within the retention is known, though the lookback has been read.
 */
export const troubles = ['failing', 'stuck', 'overdue', 'silent'] as const;
export type Trouble = (typeof troubles)[number];

export interface DurationsStatus {
  readonly runs: number;
  /** Upper bounds, as exact as the buckets of the histogram; null: longer than the last one. */
  readonly half_within_seconds: number | null;
  readonly most_within_seconds: number | null;
}

/** Runs that began within the hour, by their status now. */
export interface HourStatus {
  readonly hour: string;
  /** Failed ones among them. */
  readonly ended: number;
  readonly failed: number;
}

/** What is meant by most of the runs. */
export const mostOf = 0.95;

/** By name. */
export function playbookStatuses(report: WorkspaceReport): readonly PlaybookStatus[] {
  const { snapshot } = report;
  if (snapshot === null) return [];
  const nowMs = asOfMs(report);
  const known = factsOf(snapshot, report.hours);
  const listed = snapshot.listed ?? [];
  const labels = new Set(listed.map(({ label }) => label));
  const named = new Map(Map.groupBy(snapshot.playbooks, ({ label }) => label));
  const others = [...known.keys()].filter((label) => !labels.has(label));
  return [
    ...listed.map((one) => statusOf(ofList(one, report), known.get(one.label ?? '') ?? nothing, nowMs)),
    ...others.map((label) => statusOf(ofRuns(label, named.get(label) ?? []), known.get(label) ?? nothing, nowMs)),
  ].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** As of when the ledger was read: since then, runs may have begun or ended that are not known. */
export function asOfMs({ polls, nowMs }: WorkspaceReport): number {
  return polls.lastSuccessMs ?? nowMs;
}

/** What is known of it beside its runs. */
interface Identity extends Pick<PlaybookStatus, 'playbook' | 'name' | 'id' | 'enabled' | 'dataclass'> {
  readonly lastStartMs: number | null;
  readonly isSilent: boolean;
}

function ofList(one: ListedSeries, { snapshot, nowMs, retentionMs }: WorkspaceReport): Identity {
  const { label, playbookId, name, isEnabled, dataclass, lastStartMs, lastSeenMs } = one;
  const hasRun = Math.max(lastStartMs ?? 0, lastSeenMs ?? 0) >= nowMs - retentionMs;
  return {
    playbook: label,
    name,
    id: playbookId,
    enabled: isEnabled,
    dataclass,
    lastStartMs,
    isSilent: isEnabled === true && snapshot?.windowComplete === true && !hasRun,
  };
}

function ofRuns(label: string, named: readonly NamedPlaybook[]): Identity {
  const only = named.length === 1 ? named[0] : undefined;
  return {
    playbook: label,
    name: label,
    id: only === undefined || only.playbookId === '' ? null : only.playbookId,
    enabled: null,
    dataclass: only === undefined || only.dataclass === noDataclass ? null : { id: null, name: only.dataclass },
    lastStartMs: null,
    isSilent: false,
  };
}

/** As the label `dataclass` says it. */
const noDataclass = '(none)';

function statusOf(identity: Identity, facts: Facts, nowMs: number): PlaybookStatus {
  const { lastStartMs, isSilent: _, ...rest } = identity;
  return {
    ...rest,
    troubles: troublesOf(identity, facts, nowMs),
    last_start: time(facts.lastStartMs ?? lastStartMs),
    expected_start: time(facts.expectedMs),
    failures_in_a_row: facts.failures,
    failing_since: time(facts.failingSinceMs),
    oldest_open_start: time(facts.oldestOpenMs),
    durations: durationsStatus(facts.durations),
    hours: facts.hours.map(({ hourMs, ended, failed }) => ({ hour: new Date(hourMs).toISOString(), ended, failed })),
  };
}

function troublesOf({ enabled, isSilent }: Identity, facts: Facts, nowMs: number): Trouble[] {
  // Whoever has disabled a playbook expects nothing of it.
  const isWanted = enabled !== false;
  const has: Record<Trouble, boolean> = {
    failing: isWanted && facts.failures > 0,
    stuck: facts.oldestOpenMs !== null && facts.oldestOpenMs < nowMs - stuckMs,
    overdue: isWanted && facts.expectedMs !== null && facts.expectedMs < nowMs,
    silent: isSilent,
  };
  return troubles.filter((trouble) => has[trouble]);
}

/** What the ledger says of a label. */
interface Facts {
  lastStartMs: number | null;
  expectedMs: number | null;
  failures: number;
  failingSinceMs: number | null;
  oldestOpenMs: number | null;
  readonly durations: Durations[];
  readonly hours: HourOfRuns[];
}

const noFacts = (): Facts => ({
  lastStartMs: null,
  expectedMs: null,
  failures: 0,
  failingSinceMs: null,
  oldestOpenMs: null,
  durations: [],
  hours: [],
});
const nothing = noFacts();

function factsOf(snapshot: Snapshot, hours: readonly HourOfRuns[]): ReadonlyMap<string, Facts> {
  const all = new Map<string, Facts>();
  const of = ({ playbook = '' }: Labels) => {
    const facts = all.get(playbook) ?? noFacts();
    all.set(playbook, facts);
    return facts;
  };
  for (const { labels, atMs } of snapshot.lastStarts) of(labels).lastStartMs = later(of(labels).lastStartMs, atMs);
  for (const { labels } of snapshot.window) of(labels);
  for (const { labels, startTimeMs } of snapshot.oldestOpen)
    of(labels).oldestOpenMs = earlier(of(labels).oldestOpenMs, startTimeMs);
  for (const { labels, atMs } of snapshot.expectedStarts) of(labels).expectedMs = earlier(of(labels).expectedMs, atMs);
  for (const { labels, failures, sinceMs } of snapshot.streaks) {
    if (failures <= of(labels).failures) continue;
    of(labels).failures = failures;
    of(labels).failingSinceMs = sinceMs;
  }
  for (const one of hours) of({ playbook: one.playbook }).hours.push(one);
  for (const one of snapshot.durations)
    if (one.labels.status === 'FINISHED') all.get(one.labels.playbook ?? '')?.durations.push(one);
  return all;
}

function durationsStatus(all: readonly Durations[]): DurationsStatus | null {
  const counts = new Map<number, number>();
  for (const { le, count } of all.flatMap(({ buckets }) => buckets)) counts.set(le, (counts.get(le) ?? 0) + count);
  const ascending = [...counts].sort(([a], [b]) => a - b);
  const runs = ascending.reduce((sum, [, count]) => sum + count, 0);
  if (runs === 0) return null;
  const within = (part: number) => {
    let sum = 0;
    const [le = Number.POSITIVE_INFINITY] =
      ascending.find(([, count]) => {
        sum += count;
        return sum >= part * runs;
      }) ?? [];
    return Number.isFinite(le) ? le : null;
  };
  return { runs, half_within_seconds: within(0.5), most_within_seconds: within(mostOf) };
}

const later = (known: number | null, ms: number) => Math.max(known ?? ms, ms);
const earlier = (known: number | null, ms: number) => Math.min(known ?? ms, ms);
