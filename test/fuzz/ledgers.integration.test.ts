/** A ledger's file of which anything may have become: it works, or a LedgerError says what is wrong with it. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import { createSqliteStore } from '../../src/ledger/sqlite/store.ts';
import { LedgerError, type Store } from '../../src/ledger/store.ts';
import type { SimulatedSoc } from '../support/world/simulated-soc.ts';
import { hold, numberOf } from './hold.ts';
import { createHostileSoc, honest } from './hostile-soc.ts';
import { corrupt, ledgerMutations } from './ledger-mutations.ts';

const file = 'test/fuzz/ledgers.integration.test.ts';
const cases = numberOf('FUZZ_LEDGERS', 15, 100);

let folder: string;
let soc: SimulatedSoc;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'secmaster-exporter-'));
  const path = join(folder, 'closed.db');
  const hostile = createHostileSoc(honest, { store: createSqliteStore(path) });
  for (let polls = 0; polls < 8; polls++) await hostile.poll();
  // As a kill leaves it.
  for (const end of ['', '-wal']) copyFileSync(path + end, join(folder, `killed.db${end}`));
  await hostile.close();
  soc = hostile.soc;
});
afterAll(() => rmSync(folder, { recursive: true }));

function open(path: string): Store | null {
  try {
    return createSqliteStore(path);
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    expectClear(error.message);
    return null;
  }
}

/** It names the ledger and says what to do. */
function expectClear(message: string): void {
  const isClear =
    /ledger|database/.test(message) && message.includes(';') && !/undefined|not iterable|: failed/.test(message);
  if (!isClear) throw new Error(`does not say what to do: ${message.replaceAll(/\/\S+/g, '…')}`);
}

const ledgers = fc.record({
  isKilled: fc.boolean(),
  mutations: fc.array(ledgerMutations, { minLength: 1, maxLength: 3 }),
});

test(
  'a ledger is read, or it is said what is wrong with it',
  () =>
    hold({ file, cases }, ledgers, async ({ isKilled, mutations }) => {
      const place = mkdtempSync(join(folder, 'case-'));
      try {
        const path = join(place, 'secmaster.db');
        corrupt({ file: join(folder, isKilled ? 'killed.db' : 'closed.db'), hasLog: isKilled }, path, mutations);
        const store = open(path);
        if (store === null) return;
        try {
          const hostile = createHostileSoc(honest, { after: soc, store });
          for (let polls = 0; polls < 2; polls++) {
            await hostile.poll();
            const { last, failures } = hostile.soc.workspace.report().polls;
            const [other] = [...failures].filter(([reason, count]) => reason !== 'ledger' && count > 0);
            if (other !== undefined) throw new Error(`failed by ${other[0]}: ${last?.error}`);
            if (last?.error) expectClear(last.error);
          }
        } finally {
          await store.close();
        }
      } finally {
        rmSync(place, { recursive: true, force: true });
      }
    }),
  60_000 + cases * 300,
);
