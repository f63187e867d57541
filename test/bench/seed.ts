import { createSqliteStore } from '../../src/ledger/sqlite/store.ts';
import type { Store } from '../../src/ledger/store.ts';
import { firstMinute } from '../../src/ledger/window.ts';
import type { ExtraLabel } from '../../src/model/extra-labels.ts';
import type { Instance } from '../../src/model/instance.ts';
import { defaultProject } from '../../src/simulator/defaults.ts';
import { emptyPage, foldRows, sweepPart } from '../support/ledger/ledgers.ts';
import { type History, instancesOf } from './history.ts';
import { ledgerOf, workspaceIds } from './site.ts';

const dayMs = 24 * 3_600_000;
const pageRows = 1_000;
export const durationBuckets = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400];

interface Seeding {
  readonly days?: number;
  readonly labels?: readonly ExtraLabel[];
}

/**
 * Makes the ledger that an exporter would have that had polled for a month: of each workspace the last day and, `days` - 1
 * times more, the same day some hours earlier. All series are exposed.
 */
export async function seedLedger(
  folder: string,
  workspaces: number,
  history: History,
  seeding: Seeding = {},
): Promise<void> {
  const store = createSqliteStore(ledgerOf(folder));
  await seedStore(store, workspaces, history, seeding);
  await store.close();
}

/** The same in any store, which must take commits to these workspaces. */
export async function seedStore(
  store: Store,
  workspaces: number,
  history: History,
  { days = 1, labels = [] }: Seeding = {},
): Promise<void> {
  const { nowMs } = history;
  const createdAtMs = nowMs - 30 * dayMs;
  const today = instancesOf(history);
  for (const workspaceId of workspaceIds(workspaces)) {
    const fromMinute = firstMinute(nowMs, dayMs);
    const ledger = await store.create({ projectId: defaultProject.id, workspaceId }, createdAtMs, fromMinute);
    for (let day = days - 1; day >= 0; day--) {
      const instances =
        day === 0 ? today : today.map((instance) => earlier(instance, day, (day * 28.8 * dayMs) / days));
      for (let from = 0; from < instances.length; from += pageRows) {
        const page = await foldRows(ledger, instances.slice(from, from + pageRows), nowMs, { durationBuckets, labels });
        await ledger.commit({ kind: 'page', page });
      }
    }
    const proof = sweepPart({ fromMs: fromMinute * 60_000, toMs: nowMs });
    const tail = { page: emptyPage(nowMs), beganMs: nowMs, sweep: [proof], recheck: null };
    await ledger.commit({ kind: 'tail_ended', ...tail });
    const item = (await ledger.sweep())[0]?.key ?? 0;
    await ledger.commit({ kind: 'sweep_step', page: null, item, outcome: { kind: 'done' } });
    await ledger.commit({ kind: 'exposed', series: await ledger.pending() });
    await ledger.commit({ kind: 'poll_succeeded', atMs: nowMs });
  }
}

function earlier(instance: Instance, day: number, ms: number): Instance {
  const before = (timeMs: number | null) => (timeMs === null ? null : timeMs - Math.floor(ms));
  return {
    ...instance,
    id: `${String(day).padStart(8, '0')}${instance.id.slice(8)}`,
    startTimeMs: before(instance.startTimeMs),
    endTimeMs: before(instance.endTimeMs),
  };
}
