import { firstMinute } from '../../ledger/window.ts';
import type { Ledger } from '../../ledger/store.ts';
import type { Logger } from '../../log.ts';
import type { SecMaster } from '../../secmaster/api/secmaster.ts';
import type { HeldLedger } from './held-ledger.ts';

/** The workspace's ledger. A new one is created at SecMaster's time, not at the local one. */
export async function openLedger(
  held: HeldLedger,
  secmaster: SecMaster,
  { workspaceId, lookbackMs }: { readonly workspaceId: string; readonly lookbackMs: number },
  signal: AbortSignal,
  log: Logger,
): Promise<Ledger> {
  const known = await held.open();
  if (known !== null) return known;
  // Only for the Date header of the response.
  await secmaster.listInstances(workspaceId, { sortKey: 'update_time', sortDir: 'DESC', offset: 0 }, signal);
  const createdMs = secmaster.answeredMs();
  const created = await held.create(createdMs, firstMinute(createdMs, lookbackMs));
  log.info({ since: new Date(createdMs).toISOString() }, 'ledger created; counters start now');
  return created;
}
