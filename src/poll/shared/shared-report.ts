import { createTurns } from '../../ledger/turns.ts';
import type { EndedPoll, PollReport } from '../../model/report.ts';
import { SecMasterError } from '../../secmaster/http/errors.ts';
import type { TaskLink } from './shared-task.ts';
import {
  countsOf,
  type Latest,
  maxRecent,
  noCounts,
  type PollCounts,
  readTold,
  shownCounts,
  type ToldReport,
  withTelling,
} from './told-report.ts';

/** The report of a task's polls that all replicas show: what was told, and what this one has not told yet. */
export interface SharedReport {
  /** Tells of a poll that has ended here. @throws {LedgerError} this replica shows it all the same, and tells it later */
  ended(poll: EndedPoll, error: unknown, said: Said): Promise<void>;
  /** Whether there is something that could not be told. */
  isUntold(): boolean;
  /** Whether it is known what has been told. */
  isKnown(): boolean;
  /** Tells what could not be told before, or else reads what others have told. @throws {LedgerError} */
  follow(): Promise<void>;
  /** @param own of this process */
  shown(own: PollReport): PollReport;
  /** SecMaster's time: at the end of the last poll, and now; null: not known. */
  toldMs(): number | null;
  nowMs(): number | null;
  /** How long ago that was, or the last time that something was told; null: not known. */
  agoMs(): number | null;
  credentialsExpireAtMs(): number | null;
  more(): unknown;
  /** Whether the last poll, here, did not reach SecMaster, and not all others have failed to reach it. */
  isCutOff(): boolean;
}

export type Said = Pick<ToldReport, 'nowMs' | 'credentialsExpireAtMs' | 'more'>;

export interface SharedReportParts {
  readonly link: TaskLink;
  /** What this process has counted. */
  readonly own: () => PollReport;
  /** SecMaster's time. */
  readonly now: () => number;
  /** The clock that nobody sets. */
  readonly elapsedMs: () => number;
}

export function createSharedReport({ link, own, now, elapsedMs }: SharedReportParts): SharedReport {
  const name = link.replica;
  const inTurn = createTurns();
  /** null: not known yet. */
  let told: ToldReport | null = null;
  let toldAtMs = elapsedMs();
  let acknowledged = noCounts;
  /** Not told yet; null: everything is told. */
  let latest: Latest | null = null;

  function learn(value: unknown, agoMs: number): void {
    told = readTold(value);
    toldAtMs = elapsedMs() - agoMs;
  }

  async function tell(): Promise<void> {
    const telling = { name, counts: countsOf(own()), acknowledged, latest };
    learn(await link.tell((before, holder) => withTelling(readTold(before), telling, holder)), 0);
    acknowledged = telling.counts;
    const isSaid = (poll: EndedPoll) => telling.latest?.polls.includes(poll) === true;
    const left = latest?.polls.filter((poll) => !isSaid(poll)) ?? [];
    latest = latest === null || left.length === 0 ? null : { ...latest, polls: left };
  }

  const isUntold = () => latest !== null || isMore(countsOf(own()), acknowledged);
  const saidMs = () => latest?.nowMs ?? told?.nowMs ?? null;
  const agoMs = () => (saidMs() === null ? null : elapsedMs() - toldAtMs);

  return {
    async ended(poll, error, said) {
      const isCutOff = error instanceof SecMasterError && unreached.has(error.kind);
      latest = { ...said, polls: [poll, ...(latest?.polls ?? [])].slice(0, maxRecent), isCutOff };
      toldAtMs = elapsedMs();
      await inTurn(tell);
    },
    isUntold,
    isKnown: () => told !== null,
    follow: () =>
      inTurn(async () => {
        if (isUntold()) return await tell();
        const known = await link.told();
        learn(known?.value ?? null, known?.agoMs ?? 0);
      }),
    shown(mine) {
      const recent = [...(latest?.polls ?? []), ...(told?.recent ?? [])].slice(0, maxRecent);
      const report = { ...mine, last: recent[0] ?? null, recent };
      const error = link.outage();
      const last =
        error === null || report.last?.error
          ? report.last
          : { ...(report.last ?? { endedMs: now(), durationSeconds: 0, requests: 0 }), error };
      if (told === null) return { ...report, last, ...notKnown };
      const { polls, failures, rejectedRows, ...counts } = shownCounts(told, {
        name,
        counts: countsOf(mine),
        acknowledged,
      });
      return {
        ...report,
        last,
        ...counts,
        count: polls,
        failures: new Map(Object.entries(failures)),
        rejectedRows: new Map(Object.entries(rejectedRows)),
      };
    },
    toldMs: saidMs,
    nowMs() {
      const atMs = saidMs();
      return atMs === null ? null : atMs + elapsedMs() - toldAtMs;
    },
    agoMs,
    credentialsExpireAtMs: () => (latest ?? told)?.credentialsExpireAtMs ?? null,
    more: () => told?.more ?? null,
    isCutOff() {
      const failed = latest?.isCutOff === true ? [name, ...(told?.cutOff ?? [])] : (told?.cutOff ?? []);
      return failed.includes(name) && link.living().some((one) => !failed.includes(one));
    },
  };
}

/** Other machines may reach SecMaster, or have credentials. */
const unreached: ReadonlySet<string> = new Set(['network', 'timeout', 'no_credentials']);

/** Counters begin once it is known where they stand. */
const notKnown = { count: null, audits: null, mismatches: null, failures: new Map(), rejectedRows: new Map() };

function isMore(counts: PollCounts, known: PollCounts): boolean {
  const sum = (of: Readonly<Record<string, number>>) => Object.values(of).reduce((all, one) => all + one, 0);
  const sumOf = ({ polls, audits, mismatches, failures, rejectedRows }: PollCounts) =>
    polls + audits + mismatches + sum(failures) + sum(rejectedRows);
  return sumOf(counts) > sumOf(known);
}
