import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { provideFile } from '../../../src/ledger/sqlite/file.ts';
import { createSqliteStore } from '../../../src/ledger/sqlite/store.ts';
import { LedgerError } from '../../../src/ledger/store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const workspace = { projectId: 'p', workspaceId: 'w' };
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

/** How opening the path fails. */
function refusal(path: string): LedgerError {
  try {
    void createSqliteStore(path).close();
  } catch (error) {
    expect(error).toBeInstanceOf(LedgerError);
    return error as LedgerError;
  }
  throw new Error(`${path} was opened`);
}

describe('what the exporter creates is for its user only', () => {
  test.each([0o000, 0o022, 0o777])('with the umask %i', async (umask) => {
    const path = join(folder, 'a', 'b', 'secmaster.db');
    const before = process.umask(umask);
    try {
      const store = createSqliteStore(path);
      await store.create(workspace, 1, 0);
      expect(readdirSync(join(folder, 'a', 'b')).toSorted()).toEqual(['secmaster.db', 'secmaster.db-wal']);
      for (const file of ['secmaster.db', 'secmaster.db-wal']) expect(modeOf(join(folder, 'a', 'b', file))).toBe('600');
      for (const one of ['a', 'a/b']) expect(modeOf(join(folder, one))).toBe('700');
      await store.close();
    } finally {
      process.umask(before);
    }
  });

  test('and what was there before keeps its mode', async () => {
    const path = join(folder, 'secmaster.db');
    chmodSync(folder, 0o755);
    await createSqliteStore(path).close();
    chmodSync(path, 0o640);
    await createSqliteStore(path).close();
    expect([modeOf(folder), modeOf(path)]).toEqual(['755', '640']);
  });
});

describe('a new ledger', () => {
  test('is there as a whole or not at all, at whichever instant its creation is interrupted', () => {
    const path = join(folder, 'secmaster.db');
    const killed = new Error('kill -9');
    const interrupted = (work: (draft: string) => void) =>
      expect(() =>
        provideFile(path, (draft) => {
          work(draft);
          throw killed;
        }),
      ).toThrow(killed);
    interrupted(() => {});
    interrupted((draft) => writeFileSync(draft, 'a part'));
    interrupted((draft) => writeFileSync(`${draft}-journal`, 'a part'));
    expect(existsSync(path)).toBe(false);
    void createSqliteStore(path).close();
    expect(readdirSync(folder)).toEqual(['secmaster.db']);
  });

  test('takes nothing over from the log of one that is gone', async () => {
    const path = join(folder, 'secmaster.db');
    writeFileSync(`${path}-wal`, 'x'.repeat(10_000));
    writeFileSync(`${path}-journal`, 'x'.repeat(10_000));
    const store = createSqliteStore(path);
    expect(await store.open(workspace)).toBeNull();
    await store.close();
    expect(readdirSync(folder)).toEqual(['secmaster.db']);
  });

  test('does not replace one that another process has created meanwhile', () => {
    const path = join(folder, 'secmaster.db');
    provideFile(path, (draft) => {
      writeFileSync(draft, 'ours');
      writeFileSync(path, 'theirs');
    });
    expect(statSync(path).size).toBe('theirs'.length);
  });

  test('is found through a symbolic link', async () => {
    const path = join(folder, 'link.db');
    await createSqliteStore(join(folder, 'real.db')).close();
    symlinkSync(join(folder, 'real.db'), path);
    await createSqliteStore(path).close();
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
  });
});

// Not every system has these folders.
const noFolder = /its folder cannot be created; create it|this user may not go there|the file system is read-only/;

describe('a path at which there can be no ledger', () => {
  test.each<[string, (folder: string) => string, RegExp]>([
    ['below /proc', () => '/proc/secmaster/deep/secmaster.db', noFolder],
    ['below /sys', () => '/sys/secmaster/deep/secmaster.db', noFolder],
    ['below a device', () => '/dev/null/x/secmaster.db', /a part of the path is a file instead of a folder/],
    ['that is a device', () => '/dev/null', /is not a regular file; set another state.path/],
    ['below a file', () => join(folder, 'file', 'x', 'secmaster.db'), /a part of the path is a file/],
    [
      'that is a folder',
      () => join(folder, 'sub'),
      /is a folder; set state.path to a file, such as .*sub\/secmaster.db/,
    ],
    ['that ends in a slash', () => `${join(folder, 'sub')}/`, /is a folder; set state.path to a file/],
    ['that links to nothing', () => join(folder, 'dangling'), /is a symbolic link to a file that is missing/],
    ['that links to itself', () => join(folder, 'loop'), /its symbolic links lead in a circle/],
    ['with a name that is too long', () => join(folder, 'x'.repeat(300), 'y.db'), /the path is too long/],
    ['that is too long', () => join(folder, ...Array(3_000).fill('x'), 'y.db'), /the path is too long/],
    ['with a NUL', () => join(folder, 'a\0b', 'y.db'), /the path contains a NUL/],
  ])('%s says what to do', (_, pathIn, message) => {
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'sub'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'));
    symlinkSync(join(folder, 'loop'), join(folder, 'loop'));
    const error = refusal(pathIn(folder));
    expect(error.message).toMatch(message);
    expect(error.isDamaged).toBe(false);
  });

  test('such as one of a file: URI is a path like any other', async () => {
    vi.spyOn(process, 'cwd').mockReturnValue(folder);
    await createSqliteStore('file:x?mode=memory').close();
    expect(existsSync(join(folder, 'file:x?mode=memory'))).toBe(true);
  });
});

describe('a file that is no ledger any more is not replaced by a new one', () => {
  test.each<[string, (path: string) => void, RegExp]>([
    [
      'an empty one',
      (path) => writeFileSync(path, ''),
      /the file is empty \(0 bytes\).*restore it from a backup, or delete it/,
    ],
    [
      'a database without tables',
      (path) => {
        using db = new DatabaseSync(path);
        db.exec('PRAGMA user_version = 1; PRAGMA user_version = 0');
      },
      /the file has no tables.*or delete it to start counting from 0/,
    ],
    ...['counter', 'label_set', 'ledger'].map((table): [string, (path: string) => void, RegExp] => [
      `one without the table ${table}`,
      (path) => alter(path, `DROP TABLE ${table}`),
      new RegExp(`the file is damaged \\(it has no table ${table}`),
    ]),
    ['one without an index', (path) => alter(path, 'DROP INDEX instance_open'), /it has no index instance_open/],
    [
      'one without a column',
      (path) => alter(path, 'ALTER TABLE ledger DROP COLUMN name'),
      /table ledger has other columns/,
    ],
    ['one whose schema is none', (path) => alter(path, 'PRAGMA user_version = -3'), /its schema is -3/],
    [
      'one whose schema is too old',
      (path) => alter(path, 'PRAGMA user_version = 2'),
      /it does not hold what a ledger holds/,
    ],
  ])('%s', (_, make, message) => {
    const path = join(folder, 'secmaster.db');
    make(path);
    const { size } = statSync(path);
    const error = refusal(path);
    expect(error.message).toMatch(message);
    expect(error.isDamaged).toBe(true);
    expect(statSync(path).size).toBe(size);
  });

  test("another program's database, which stays as it is", () => {
    const path = join(folder, 'other.db');
    using db = new DatabaseSync(path);
    db.exec('CREATE TABLE t (a)');
    db.close();
    const before = statSync(path).mtimeMs;
    expect(refusal(path).message).toMatch(/is a database of another program/);
    expect(statSync(path).mtimeMs).toBe(before);
    expect(readdirSync(folder)).toEqual(['other.db']);
  });
});

function alter(path: string, sql: string): void {
  void createSqliteStore(path).close();
  using db = new DatabaseSync(path);
  db.exec(sql);
}
