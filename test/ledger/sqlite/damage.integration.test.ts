import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSqliteStore } from '../../../src/ledger/sqlite/store.ts';
import { LedgerError, type Store } from '../../../src/ledger/store.ts';
import { inForm } from '../../support/form.ts';
import { foldRows } from '../../support/ledger/ledgers.ts';
import { everythingOf, instance, nowMs } from '../contract.ts';

const workspace = { projectId: 'p', workspaceId: 'w' };
const statuses = ['RUNNING', 'RETRYING', 'FAILED', 'FINISHED'];

let folder: string;
let path: string;
let sound: Buffer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  path = join(folder, 'secmaster.db');
  const store = createSqliteStore(path);
  const ledger = await store.create(workspace, nowMs, 0);
  const rows = Array.from({ length: 200 }, (_, i) =>
    instance(`i${i}`, { status: statuses[i % 4] ?? '', retryCount: i % 3 }),
  );
  await ledger.commit({ kind: 'page', page: await foldRows(ledger, rows, nowMs) });
  await store.close();
  sound = readFileSync(path);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function use(store: Store): Promise<void> {
  const ledger = (await store.open(workspace)) ?? (await store.create(workspace, nowMs, 0));
  await everythingOf(ledger);
  const rows = Array.from({ length: 200 }, (_, i) => instance(`i${i}`, { status: 'FAILED', retryCount: 5 }));
  await ledger.commit({ kind: 'page', page: await foldRows(ledger, rows, nowMs) });
  await ledger.commit({ kind: 'window_moved', fromMinute: 1, sweep: [] });
  await everythingOf(ledger);
}

const at = fc.double({ min: 0, max: 0.999, noNaN: true });
/** A byte here and there, a block of rubbish, or the end missing. */
const damage = fc.oneof(
  fc.array(fc.record({ at, byte: fc.nat(255) }), { minLength: 1, maxLength: 20 }),
  fc.record({ at, rubbish: fc.uint8Array({ minLength: 1, maxLength: 8_000 }) }),
  fc.record({ cutAt: at }),
);

test('a ledger damaged anywhere ends in a message that says what to do, or works', async () => {
  await fc.assert(
    fc.asyncProperty(damage, async (done) => {
      for (const end of ['-wal', '-journal']) rmSync(path + end, { force: true });
      const content = Buffer.from(sound);
      const position = (part: number) => Math.floor(part * content.length);
      if (Array.isArray(done)) for (const one of done) content[position(one.at)] = one.byte;
      else if ('rubbish' in done)
        content.set(done.rubbish.slice(0, content.length - position(done.at)), position(done.at));
      writeFileSync(path, 'cutAt' in done ? content.subarray(0, position(done.cutAt)) : content);
      let store: Store | undefined;
      try {
        store = createSqliteStore(path);
        await use(store);
      } catch (error) {
        expect(error).toBeInstanceOf(LedgerError);
        expect((error as Error).message).toMatch(
          /^[^\n]*(restore it from a backup|set another? .*state\.path|state\.path to a)[^\n]*$/,
        );
      } finally {
        await store?.close();
      }
    }),
    { seed: 2026, numRuns: inForm(60, 500) },
  );
}, 120_000);
