import type { Clock } from '../../clock.ts';
import type { Ledger } from '../../ledger/store.ts';
import { firstMinute } from '../../ledger/window.ts';
import type { Logger } from '../../log.ts';
import type { SecMaster } from '../../secmaster/api/secmaster.ts';
import { plainestList } from '../plainest-list.ts';
import type { HeldLedger } from './held-ledger.ts';

export interface LedgerParts {
  readonly held: HeldLedger;
  readonly secmaster: SecMaster;
  readonly settings: { readonly workspaceId: string; readonly lookbackMs: number };
  readonly sleep: Clock['sleep'];
  readonly log: Logger;
}

/** Requests for the time of a new ledger: enough for one wrong `Date` after another to be outvoted. */
const maxRequests = 6;
/** A `Date` has whole seconds. */
const pauseMs = 1_000;

/** The workspace's ledger. A new one is created at SecMaster's time, not at the local one. */
export async function openLedger(parts: LedgerParts, signal: AbortSignal): Promise<Ledger> {
  const { held, settings, log } = parts;
  const known = await held.open();
  if (known !== null) {
    await known.catchUp();
    return known;
  }
  const { createdMs, problem } = await timeToBegin(parts, signal);
  const created = await held.create(createdMs, firstMinute(createdMs, settings.lookbackMs));
  const since = new Date(createdMs).toISOString();
  if (problem !== null) log.warn({ since, problem }, 'nothing confirms the time at which the ledger is created');
  // Also at the first start: nothing tells a ledger that was lost from one that never was.
  log.warn({ since }, 'ledger created; counters start now');
  return created;
}

/** The `Date` of a response once the local clock confirms it, or else what the responses agree on. */
async function timeToBegin(
  { secmaster, settings: { workspaceId }, sleep }: LedgerParts,
  signal: AbortSignal,
): Promise<{ readonly createdMs: number; readonly problem: string | null }> {
  const { query } = await plainestList(secmaster, workspaceId, signal);
  const isConfirmed = () => secmaster.answeredMs() !== null && secmaster.clockProblem() === null;
  for (let requests = 1; requests < maxRequests && !isConfirmed(); requests++) {
    await sleep(pauseMs, signal);
    await secmaster.listInstances(workspaceId, query, signal);
  }
  const dateMs = secmaster.answeredMs();
  return {
    createdMs: dateMs ?? secmaster.now(),
    problem: secmaster.clockProblem() ?? (dateMs === null ? noDate : null),
  };
}

const noDate =
  "SecMaster's responses have no usable Date: check that this machine's clock is correct (NTP), and whether a proxy writes the Date";
