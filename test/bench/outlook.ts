import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { createSqliteStore } from '../../src/ledger/sqlite/store.ts';
import type { Ledger } from '../../src/ledger/store.ts';
import { createOutlook } from '../../src/poll/workspace/outlook.ts';
import { defaultProject } from '../../src/simulator/defaults.ts';
import { foldRows } from '../support/ledger/ledgers.ts';
import { against, type Extent, type Figure, inMs } from './figure.ts';
import { instancesOf } from './history.ts';
import { temporaryFolder } from './processes.ts';
import { seedLedger } from './seed.ts';
import { ledgerOf, workspaceIds } from './site.ts';
import { median } from './statistics.ts';

const playbooks = 200;
const aDay = 40_000;
/** Runs that change from one poll to the next, at a poll every half minute. */
const changes = 14;
const settings = { retentionMs: 30 * 86_400_000, failureGraceMs: 300_000 };

/** What failures in a row and expected starts cost beside the rest of a snapshot. */
export async function measureOutlook({ remembered, rounds }: Extent): Promise<Figure[]> {
  using folder = temporaryFolder();
  const history = { instances: aDay, playbooks, nowMs: Date.now() };
  const days = Math.max(1, remembered / aDay);
  await seedLedger(folder.path, 1, history, { days });
  const all = `${playbooks} playbooks, ${(days * aDay).toLocaleString('en')} runs`;
  const path = ledgerOf(folder.path);
  const store = createSqliteStore(path);
  const [workspaceId = ''] = workspaceIds(1);
  const ledger = await store.open({ projectId: defaultProject.id, workspaceId });
  if (ledger === null) throw new Error('no ledger');
  const outlook = createOutlook();
  const refresh = async (at: Ledger) => {
    const began = process.cpuUsage();
    const { snapshotMs, workOut } = await at.together(async (reads) => {
      const recorded = await reads.snapshot();
      const snapshotMs = cpuMs(began);
      return { snapshotMs, workOut: await outlook.read({ ledger: at, reads, recorded }, settings, history.nowMs) };
    });
    const { streaks, expectedStarts } = await workOut();
    return { snapshotMs, outlookMs: cpuMs(began) - snapshotMs, series: streaks.length + expectedStarts.length };
  };
  const first = await refresh(ledger);
  const [some = []] = [instancesOf(history).slice(0, 20 * changes * rounds)];
  const unchanged: number[] = [];
  const changed: number[] = [];
  const snapshots: number[] = [];
  for (let round = 0; round < 4 * rounds; round++) {
    unchanged.push((await refresh(ledger)).outlookMs);
    const rows = some.filter((_, i) => i % (4 * rounds) === round).slice(0, changes);
    const news = rows.map((one) => ({
      ...one,
      id: `${round}${one.id.slice(1)}`,
      startTimeMs: history.nowMs - 60_000 + round,
    }));
    await ledger.commit({ kind: 'page', page: await foldRows(ledger, news, history.nowMs) });
    const { snapshotMs, outlookMs } = await refresh(ledger);
    changed.push(outlookMs);
    snapshots.push(snapshotMs);
  }
  await store.close();
  const snapshotMs = median(snapshots);
  const ofSnapshot = (what: string, ms: number): Figure =>
    against(`CPU of streaks and expected starts, ${what}: ${all}`, inMs(snapshotMs), inMs(ms), ms / snapshotMs);
  return [
    ofSnapshot('the first time', first.outlookMs),
    ofSnapshot('nothing has changed', median(unchanged)),
    ofSnapshot(`${changes} runs have changed`, median(changed)),
    sizeOf(path, all),
    { ...ofSnapshot('series', 0), measured: `${first.series} series`, floor: 'none', ratio: null },
  ];
}

function cpuMs(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1_000;
}

/** With the index that they read, against without. */
function sizeOf(path: string, all: string): Figure {
  using db = new DatabaseSync(path);
  db.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
  const withIndex = statSync(path).size;
  db.exec('DROP INDEX instance_of_set; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
  const without = statSync(path).size;
  const inMb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  const what = `size of the ledger with the index of starts and ends: ${all}`;
  return against(what, inMb(without), inMb(withIndex), withIndex / without);
}
