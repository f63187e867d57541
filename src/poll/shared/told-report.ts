import type { EndedPoll, PollReport } from '../../model/report.ts';

/**
 * What replicas tell each other of the polls of one workspace, or of one discovery, as JSON in the store. It may have been written by
 * another version, or be damaged: each field is read by itself, and one that can't be read is as if it had not been told.
 */
export interface ToldReport {
  /** Of all replicas since the ledger was created. */
  readonly counts: PollCounts;
  /** What the last few tellers have counted in their lives as they last told, so that what is told twice counts once. Newest first. */
  readonly tellers: readonly Teller[];
  /** The latest polls, newest first. */
  readonly recent: readonly EndedPoll[];
  /** SecMaster's time at the end of the last one; null: none has been told. */
  readonly nowMs: number | null;
  readonly credentialsExpireAtMs: number | null;
  /** The replica that polled last. */
  readonly by: string | null;
  /** The replicas that could not reach SecMaster, one after another, in the last polls. */
  readonly cutOff: readonly string[];
  /** What else there is to know of the task. */
  readonly more: unknown;
}

/** They never decrease. */
export interface PollCounts {
  readonly polls: number;
  readonly audits: number;
  readonly mismatches: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly rejectedRows: Readonly<Record<string, number>>;
}

interface Teller {
  readonly name: string;
  readonly counts: PollCounts;
}

/** What one replica has to tell. */
export interface Telling {
  readonly name: string;
  /** Since this process started. */
  readonly counts: PollCounts;
  /** Those of them that all know already, as far as this replica knows. */
  readonly acknowledged: PollCounts;
  /** What it says of the task, unless another replica has the lease by now; null: nothing new. */
  readonly latest: Latest | null;
}

export interface Latest extends Pick<ToldReport, 'nowMs' | 'credentialsExpireAtMs' | 'more'> {
  /** Polls that have not been told, newest first. */
  readonly polls: readonly EndedPoll[];
  /** Whether SecMaster could not be reached from here. */
  readonly isCutOff: boolean;
}

/** Ended polls to keep. */
export const maxRecent = 20;
/** So many others may tell before one that got no answer tells again. */
const maxTellers = 8;

export const noCounts: PollCounts = { polls: 0, audits: 0, mismatches: 0, failures: {}, rejectedRows: {} };

/**
 * What is told once a replica has told; telling the same again changes no count.
 *
 * @param holder the replica with the lease; null: nobody
 */
export function withTelling(before: ToldReport, telling: Telling, holder: string | null): ToldReport {
  const { name, counts, latest } = telling;
  const report = {
    ...before,
    counts: shownCounts(before, telling),
    tellers: [{ name, counts }, ...before.tellers.filter((one) => one.name !== name)].slice(0, maxTellers),
  };
  // Another replica has the lease by now, and knows better.
  if (latest === null || (holder !== null && holder !== name)) return report;
  const { polls, isCutOff, ...said } = latest;
  const texts = new Set(polls.map((poll) => JSON.stringify(poll)));
  const others = before.recent.filter((poll) => !texts.has(JSON.stringify(poll)));
  return {
    ...report,
    ...said,
    recent: [...polls, ...others].slice(0, maxRecent),
    by: name,
    cutOff: isCutOff ? [name, ...before.cutOff.filter((one) => one !== name)].slice(0, maxTellers) : [],
  };
}

/** The counts of all replicas, with what one of them has not told yet. */
export function shownCounts(
  { counts: all, tellers }: Pick<ToldReport, 'counts' | 'tellers'>,
  { name, counts, acknowledged }: Pick<Telling, 'name' | 'counts' | 'acknowledged'>,
): PollCounts {
  const known = tellers.find((one) => one.name === name)?.counts ?? acknowledged;
  const grown = (total: number, now: number, before: number) => total + Math.max(0, now - before);
  const byReason = (of: 'failures' | 'rejectedRows') =>
    Object.fromEntries(
      [...new Set([...Object.keys(counts[of]), ...Object.keys(all[of])])].map((reason) => [
        reason,
        grown(all[of][reason] ?? 0, counts[of][reason] ?? 0, known[of][reason] ?? 0),
      ]),
    );
  return {
    polls: grown(all.polls, counts.polls, known.polls),
    audits: grown(all.audits, counts.audits, known.audits),
    mismatches: grown(all.mismatches, counts.mismatches, known.mismatches),
    failures: byReason('failures'),
    rejectedRows: byReason('rejectedRows'),
  };
}

export function countsOf({ count, audits, mismatches, failures, rejectedRows }: PollReport): PollCounts {
  return {
    polls: count ?? 0,
    audits: audits ?? 0,
    mismatches: mismatches ?? 0,
    failures: Object.fromEntries(failures),
    rejectedRows: Object.fromEntries(rejectedRows),
  };
}

/** @param value JSON; null: nothing has been told */
export function readTold(value: unknown): ToldReport {
  const told = fieldsOf(value);
  return {
    counts: readCounts(told.counts),
    tellers: listOf(told.tellers, ({ name, counts }) =>
      typeof name === 'string' ? { name, counts: readCounts(counts) } : null,
    ),
    recent: listOf(told.recent, readPoll).slice(0, maxRecent),
    nowMs: timeOf(told.nowMs),
    credentialsExpireAtMs: timeOf(told.credentialsExpireAtMs),
    by: textOf(told.by),
    cutOff: Array.isArray(told.cutOff) ? told.cutOff.filter((one) => typeof one === 'string') : [],
    more: told.more ?? null,
  };
}

function readCounts(value: unknown): PollCounts {
  const { polls, audits, mismatches, failures, rejectedRows } = fieldsOf(value);
  const byReason = (counts: unknown) =>
    Object.fromEntries(Object.entries(fieldsOf(counts)).map(([reason, count]) => [reason, countOf(count)]));
  return {
    polls: countOf(polls),
    audits: countOf(audits),
    mismatches: countOf(mismatches),
    failures: byReason(failures),
    rejectedRows: byReason(rejectedRows),
  };
}

function readPoll({ endedMs, durationSeconds, requests, error }: Record<string, unknown>): EndedPoll | null {
  const atMs = timeOf(endedMs);
  const isDuration = typeof durationSeconds === 'number' && durationSeconds >= 0;
  if (atMs === null || !isDuration) return null;
  return { endedMs: atMs, durationSeconds, requests: countOf(requests), error: textOf(error) };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function listOf<T>(value: unknown, read: (fields: Record<string, unknown>) => T | null): T[] {
  return Array.isArray(value) ? value.flatMap((one) => read(fieldsOf(one)) ?? []) : [];
}

function countOf(value: unknown): number {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : 0;
}

function timeOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= maxTimeMs ? value : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The last time that a Date can be. */
const maxTimeMs = 8.64e15;
