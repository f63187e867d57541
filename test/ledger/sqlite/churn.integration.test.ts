import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { prune } from '../../../src/ledger/prune.ts';
import { createSqliteStore } from '../../../src/ledger/sqlite/store.ts';
import { noDetails } from '../../../src/model/instance.ts';
import { inForm } from '../../support/form.ts';
import { foldRows } from '../../support/ledger/ledgers.ts';

const dayMs = 24 * 3_600_000;
const startMs = Date.parse('2026-07-18T12:00:00Z');

/** Rows of each table once names of every kind have come and gone for so many days; an instance is remembered for two of them. */
async function rowsAfter(days: number): Promise<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'churn-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'ledger.db');
  const store = createSqliteStore(file);
  const ledger = await store.create({ projectId: 'p', workspaceId: 'w' }, startMs, startMs / 60_000 - 1);
  for (let day = 0; day < days; day++) {
    const nowMs = startMs + day * dayMs;
    const rows = Array.from({ length: 20 }, (_, n) => ({
      id: `i-${day}-${n}`,
      playbook: { id: `p-${day}-${n}`, name: `Playbook ${day} ${n}` },
      triggerType: `TYPE-${day}-${n}`,
      status: `STATUS-${day}-${n}`,
      startTimeMs: nowMs,
      endTimeMs: nowMs + 1_000,
      retryCount: 0,
      details: noDetails,
    }));
    await ledger.commit({ kind: 'window_moved', fromMinute: nowMs / 60_000 - 1_440, sweep: [] });
    const limits = { maxPlaybooks: 10, maxValues: 5 };
    await ledger.commit({ kind: 'page', page: await foldRows(ledger, rows, nowMs, limits) });
    await prune(ledger, nowMs, 2 * dayMs, 1_000);
  }
  await store.close();
  using db = new DatabaseSync(file);
  const tables = ['instance', 'counter', 'duration', 'mark', 'cell', 'gauge', 'label_set', 'label_value', 'playbook'];
  return Object.fromEntries(
    tables.map((table) => [table, Number(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n)]),
  );
}

test('names that come and go for months leave a ledger that does not grow', async () => {
  const [after, later] = [await rowsAfter(10), await rowsAfter(inForm(25, 90))];
  for (const [table, rows] of Object.entries(later)) {
    // Labels of playbooks stay reserved, up to a bound of their own.
    if (table !== 'playbook') expect(rows, table).toBeLessThanOrEqual(1.5 * (after[table] ?? 0));
  }
  expect(later.label_set).toBeLessThan(200);
  expect(later.label_value).toBeLessThan(200);
});
