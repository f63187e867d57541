import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSqliteStore } from '../../../src/ledger/sqlite/store.ts';
import { type Ledger, LedgerError, type Store } from '../../../src/ledger/store.ts';
import { foldRows } from '../../support/ledger/ledgers.ts';
import { instance, nowMs } from '../contract.ts';

const workspace = { projectId: 'p', workspaceId: 'w' };

let folder: string;
let path: string;
let store: Store;
let ledger: Ledger;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  path = join(folder, 'deep', 'secmaster.db');
  store = createSqliteStore(path);
  ledger = await store.create(workspace, nowMs, 0);
  await show('a');
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

async function show(id: string): Promise<void> {
  await ledger.commit({ kind: 'page', page: await foldRows(ledger, [instance(id)], nowMs) });
}

/** After `kill -9`, by a copy of what is on the disk: this process keeps its locks. */
async function idsAfterKill(from = path): Promise<string[]> {
  const copy = join(mkdtempSync(join(folder, 'copy-')), 'copy.db');
  for (const end of ['', '-wal']) if (existsSync(from + end)) copyFileSync(from + end, copy + end);
  const reopened = createSqliteStore(copy);
  const found = await (await reopened.open(workspace))?.known(['a', 'b', 'c']);
  await reopened.close();
  return [...(found?.keys() ?? [])].toSorted();
}

/** Another ledger of the same workspace, closed. */
async function anotherLedger(): Promise<string> {
  const other = join(folder, 'other.db');
  const others = createSqliteStore(other);
  const one = await others.create(workspace, nowMs, 0);
  await one.commit({ kind: 'page', page: await foldRows(one, [instance('c')], nowMs) });
  await others.close();
  return other;
}

const refuses = (message: RegExp) => expect(show('b')).rejects.toThrow(message);

describe('a ledger that is moved while it is open', () => {
  test.each<[string, (away: string) => void, (away: string) => void]>([
    ['itself', (away) => renameSync(path, away), (away) => renameSync(away, path)],
    [
      'with its folder',
      (away) => renameSync(join(folder, 'deep'), `${away}.folder`),
      (away) => renameSync(`${away}.folder`, join(folder, 'deep')),
    ],
  ])('%s takes nothing, loses nothing, and goes on when it is back', async (_, move, moveBack) => {
    const away = join(folder, 'away.db');
    move(away);
    for (const _ of [1, 2]) await refuses(/was removed, or its folder was renamed.*: move it back/);
    await expect(ledger.known(['a'])).rejects.toThrow(LedgerError);
    moveBack(away);
    await show('b');
    expect([...(await ledger.known(['a', 'b'])).keys()]).toEqual(['a', 'b']);
    expect(await idsAfterKill()).toEqual(['a', 'b']);
  });

  test('is complete where it is, without the log', async () => {
    const away = join(folder, 'away.db');
    renameSync(path, away);
    await refuses(/was removed/);
    expect(await idsAfterKill(away)).toEqual(['a']);
  });

  test('goes on if it was back before anyone looked', async () => {
    renameSync(path, `${path}.away`);
    renameSync(`${path}.away`, path);
    await show('b');
    expect(await idsAfterKill()).toEqual(['a', 'b']);
  });

  test('goes on when it is back without its log', async () => {
    const away = join(folder, 'away.db');
    renameSync(path, away);
    rmSync(`${path}-wal`);
    await refuses(/was removed/);
    renameSync(away, path);
    await show('b');
    expect(await idsAfterKill()).toEqual(['a', 'b']);
  });
});

describe('a ledger that is replaced while it is open', () => {
  test.each<[string, () => Promise<void>]>([
    ['by another one', async () => renameSync(await anotherLedger(), path)],
    [
      'by one that is copied in place of the removed one',
      async () => {
        rmSync(path);
        copyFileSync(await anotherLedger(), path);
      },
    ],
  ])('%s takes nothing, and the other one stays as it is', async (_, replace) => {
    await replace();
    const content = readFileSync(path);
    for (const _ of [1, 2]) await refuses(/another file was put in place of the ledger.*: restart the exporter/);
    expect(await idsAfterKill()).toEqual(['c']);
    await store.close();
    expect(readFileSync(path)).toEqual(content);
    expect(await idsAfterKill()).toEqual(['c']);
  });
});

describe('a ledger that someone else writes to while it is open', () => {
  const overwritten = /another program has written to the ledger.*: restart the exporter/;
  const cutShort = /was emptied or cut short while the exporter was running: stop the exporter, restore the file/;

  test.each<[string, () => void, RegExp]>([
    ['empties', () => truncateSync(path), cutShort],
    ['cuts short', () => truncateSync(path, Math.floor(statSync(path).size / 2)), cutShort],
    [
      'overwrites with rubbish of the same size',
      () => writeFileSync(path, Buffer.alloc(statSync(path).size, 'x')),
      overwritten,
    ],
    [
      'overwrites with something longer',
      () => writeFileSync(path, Buffer.alloc(statSync(path).size + 4_096, 'x')),
      overwritten,
    ],
    [
      'changes a byte of',
      () => {
        const content = readFileSync(path);
        content[content.length - 1] = 0x55;
        writeFileSync(path, content);
      },
      overwritten,
    ],
    ['touches', () => utimesSync(path, 1, 1), overwritten],
  ])('and %s takes nothing more, until a restart', async (_, spoil, message) => {
    const content = readFileSync(path);
    spoil();
    await refuses(message);
    writeFileSync(path, content);
    await refuses(message);
    await expect(ledger.snapshot()).rejects.toThrow(message);
  });

  test('is what was restored, after a restart', async () => {
    copyFileSync(await anotherLedger(), path);
    const content = readFileSync(path);
    await refuses(/while the exporter was running/);
    expect(await idsAfterKill()).toEqual(['c']);
    await store.close();
    expect(readFileSync(path)).toEqual(content);
    expect(await idsAfterKill()).toEqual(['c']);
  });
});

describe('a log that is removed while the ledger is open', () => {
  test.each<[string, () => void]>([
    ['', () => rmSync(`${path}-wal`)],
    [
      ', with another one in its place',
      () => {
        rmSync(`${path}-wal`);
        writeFileSync(`${path}-wal`, 'x'.repeat(10_000));
      },
    ],
  ])('is told once, and nothing is lost%s', async (_, remove) => {
    remove();
    await refuses(/secmaster.db-wal was removed while the exporter was running.*nothing is lost/);
    expect(await idsAfterKill()).toEqual(['a']);
    await show('b');
    expect(await idsAfterKill()).toEqual(['a', 'b']);
    await store.close();
    expect(await idsAfterKill()).toEqual(['a', 'b']);
  });
});

test('whatever a ledger writes itself, it goes on', async () => {
  const many = Array.from({ length: 3_000 }, (_, i) => instance(`many ${i}`));
  for (let i = 0; i < 8; i++) {
    const rows = many.map((one) => ({ ...one, id: `${one.id} ${i}` }));
    await ledger.commit({ kind: 'page', page: await foldRows(ledger, rows, nowMs) });
  }
  // The log has been written to the file in between.
  expect(statSync(path).size).toBeGreaterThan(1_000_000);
  await show('b');
});
