import type { Store } from '../../../src/ledger/store.ts';
import { noDetails } from '../../../src/model/instance.ts';
import { emptyPage, foldRows } from './ledgers.ts';

const nowMs = Date.parse('2026-07-18T12:00:00Z');

/** Fills the ledger of a workspace with so many instances of ten playbooks, some of them open, some failed. */
export async function fillLedger(store: Store, instances: number): Promise<void> {
  const ids = { projectId: 'p', workspaceId: 'w' };
  const ledger = await store.create(ids, nowMs, Math.floor(nowMs / 60_000) - 1_440);
  const rowOf = (i: number) => {
    const startTimeMs = nowMs + i * 100;
    const status = ['FINISHED', 'FINISHED', 'FAILED', 'RUNNING', 'TERMINATED'][i % 5] ?? 'FINISHED';
    return {
      id: `${String(i).padStart(8, '0')}-aaaa-bbbb-cccc-dddddddddddd`,
      playbook: { id: `playbook-${i % 10}`, name: `Playbook ${i % 10}` },
      triggerType: 'EVENT',
      status,
      startTimeMs,
      endTimeMs: status === 'RUNNING' ? null : startTimeMs + 5_000,
      retryCount: i % 3,
      details: noDetails,
    };
  };
  const page = 5_000;
  for (let first = 0; first < instances; first += page) {
    const rows = Array.from({ length: Math.min(page, instances - first) }, (_, i) => rowOf(first + i));
    await ledger.commit({ kind: 'page', page: await foldRows(ledger, rows, nowMs) });
  }
  const end = { beganMs: nowMs, sweep: [], recheck: null };
  await ledger.commit({ kind: 'tail_ended', page: emptyPage(nowMs), ...end });
}
