import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createSqliteStore } from '../../src/ledger/sqlite/store.ts';
import { inForm } from '../support/form.ts';
import { describeStore, everythingOf, nowMs, type StoreKind } from './contract.ts';
import { deed, minuteMs, perform } from './deeds.ts';
import { createMemoryStore, type Disk } from './memory-store.ts';

const kinds: Readonly<Record<string, StoreKind>> = {
  SQLite: {
    createDisk() {
      const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      return {
        open: (onStatement = () => {}) => createSqliteStore(join(folder, 'deep', 'secmaster.db'), { onStatement }),
      };
    },
  },
  'the plain maps of the tests': {
    createDisk() {
      const disk: Disk = new Map();
      return { open: (onStatement) => createMemoryStore(disk, onStatement) };
    },
  },
};

describe.each(Object.entries(kinds))('the store in %s', (_, kind) => describeStore(kind));

test('after any commits, SQLite has the same contents as plain maps, and after each of them the same snapshot', async () => {
  const workspace = { projectId: 'p', workspaceId: 'w' };
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 25, size: 'max' }), async (deeds) => {
      const stores = [createSqliteStore(':memory:'), createMemoryStore(new Map())];
      const ledgers = await Promise.all(
        stores.map((store) => store.create(workspace, nowMs - 30 * minuteMs, nowMs / minuteMs - 60)),
      );
      for (const [i, one] of deeds.entries()) {
        for (const ledger of ledgers) await perform(ledger, one, nowMs + i);
        const [shown, wanted] = await Promise.all(ledgers.map((ledger) => ledger.snapshot()));
        expect(shown).toEqual(wanted);
      }
      const [sqlite, maps] = await Promise.all(ledgers.map((ledger) => everythingOf(ledger)));
      expect(sqlite).toEqual(maps);
      const reopened = await stores[0]?.open(workspace);
      if (reopened) expect(await everythingOf(reopened)).toEqual(sqlite);
      await stores[0]?.close();
    }),
    { seed: 2026, numRuns: inForm(50, 150) },
  );
}, 120_000);
