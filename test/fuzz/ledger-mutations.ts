import { copyFileSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';

/** What may have happened to a ledger's file while no exporter ran. Places are counted modulo how many there are. */
export type LedgerMutation =
  | {
      readonly kind: 'bytes';
      readonly of: Part;
      readonly where: 'header' | 'page' | 'anywhere';
      readonly at: number;
      readonly with: number[];
    }
  | { readonly kind: 'cut'; readonly of: Part; readonly at: number; readonly toPage: boolean }
  | { readonly kind: 'garbage behind' | 'garbage instead'; readonly of: Part; readonly length: number }
  | { readonly kind: 'blank page' | 'swap pages'; readonly at: number }
  | {
      readonly kind: 'value';
      readonly column: number;
      readonly value: string;
      readonly isLoose: boolean;
      readonly rows: 'all' | 'one';
    }
  | { readonly kind: 'sql'; readonly sql: string }
  | { readonly kind: 'drop'; readonly what: number }
  | { readonly kind: 'file'; readonly how: keyof typeof files };
/** The database's file, or the log before it. */
type Part = '' | '-wal' | '-journal' | '-shm';

const pageBytes = 4_096;

const files = {
  empty: (path) => writeFileSync(path, ''),
  'a directory': (path) => mkdirSync(path),
  text: (path) => writeFileSync(path, 'these are no pages at all\n'.repeat(500)),
  'a header only': (path) => truncateSync(path, 100),
  'of another program': (path) => execute(path, 'CREATE TABLE t (a); INSERT INTO t VALUES (1)'),
  'in UTF-16': (path) => execute(path, "PRAGMA encoding = 'UTF-16'; CREATE TABLE ledger (ledger)"),
  'a dangling link': (path) => symlinkSync(`${path}.none/none`, path),
  'a link to itself': (path) => symlinkSync(path, path),
  'a link to /dev/null': (path) => symlinkSync('/dev/null', path),
  'a link to /dev/zero': (path) => symlinkSync('/dev/zero', path),
  'an empty database': (path) => execute(path, 'VACUUM'),
} satisfies Record<string, (path: string) => void>;
/** Those that begin with the ledger. */
const keepsLedger: readonly string[] = ['a header only'];

/** In SQL. */
const values = [
  ...[
    'NULL',
    '0',
    '-1',
    '1',
    '1.5',
    '9007199254740991',
    '9007199254740992',
    '9223372036854775807',
    '-9223372036854775808',
  ],
  ...[
    '1e308',
    '9e999',
    '-9e999',
    "''",
    "'x'",
    "'{'",
    "'[]'",
    "'{}'",
    "'null'",
    `'[["FAILED",9007199254740991]]'`,
    `'[["FAILED"]]'`,
  ],
  ...[
    `'[1,2]'`,
    `'{"playbook":1}'`,
    `'{"__proto__":"x"}'`,
    `'{"playbook":"a","trigger_type":"b","status":"c","node":"d"}'`,
  ],
  ...[
    "x'00ff'",
    "x''",
    'char(0)',
    "char(10)||'x\"} 1'",
    'hex(zeroblob(300000))',
    "'1784376000000'",
    "'FAILED'",
    "'gap'",
    'abs(random())',
  ],
];
const statements = [
  ...[-1, 0, 1, 2, 3, 4, 6, 99, 2_147_483_647].map((version) => `PRAGMA user_version = ${version}`),
  ...[
    'PRAGMA application_id = 0',
    'PRAGMA application_id = 1',
    'PRAGMA journal_mode = DELETE',
    'PRAGMA auto_vacuum = 1; VACUUM',
  ],
  ...[
    'PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM',
    'PRAGMA journal_mode = DELETE; PRAGMA page_size = 65536; VACUUM',
  ],
  ...[
    'DELETE FROM ledger',
    'DELETE FROM instance',
    'DELETE FROM label_set',
    'DELETE FROM counter',
    'DELETE FROM playbook',
    'DELETE FROM gauge',
  ],
  'UPDATE label_set SET label_set = label_set + 1000',
  'UPDATE counter SET exposed = 0, value = -value',
  'UPDATE instance SET open = 1 - open',
  'UPDATE instance SET label_set = 9999',
  "INSERT INTO ledger (project_id, workspace_id, created_at_ms, from_minute) VALUES ('p', 'w', 1, 1)",
  'WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 100) INSERT INTO sweep (ledger, from_ms, to_ms) SELECT 1, n, n + 1 FROM n',
  'ALTER TABLE counter ADD COLUMN more INTEGER',
  'ALTER TABLE instance RENAME COLUMN status TO state',
  'CREATE TRIGGER loop AFTER UPDATE ON ledger BEGIN UPDATE ledger SET generation = generation + 1; END',
  "CREATE TRIGGER stop BEFORE INSERT ON instance BEGIN SELECT raise(ABORT, 'no'); END",
  'CREATE VIEW more AS WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n FROM n) SELECT * FROM n',
];

const at = fc.nat();
const part = fc.constantFrom<Part[]>('', '', '', '-wal', '-wal', '-journal', '-shm');
const length = fc.constantFrom(1, 31, 32, 100, 4_096, 5_000, 100_000);

export const ledgerMutations: fc.Arbitrary<LedgerMutation> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('bytes' as const),
      of: part,
      where: fc.constantFrom('header', 'page', 'anywhere'),
      at,
      with: fc.array(fc.nat({ max: 255 }), { minLength: 1, maxLength: 64 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('cut' as const), of: part, at, toPage: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('garbage behind' as const, 'garbage instead'), of: part, length }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('blank page' as const, 'swap pages'), at }) },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('value' as const),
      column: at,
      value: fc.constantFrom(...values),
      isLoose: fc.boolean(),
      rows: fc.constantFrom('all', 'one'),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('sql' as const), sql: fc.constantFrom(...statements) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('drop' as const), what: at }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('file' as const),
      how: fc.constantFrom(...(Object.keys(files) as (keyof typeof files)[])),
    }),
  },
);

/** Puts the ledger, and the log before it if there is one, at `path` and does to it what the mutations say. */
export function corrupt(
  original: { readonly file: string; readonly hasLog: boolean },
  path: string,
  mutations: readonly LedgerMutation[],
): void {
  const whole = mutations.find((one) => one.kind === 'file');
  if (whole === undefined || keepsLedger.includes(whole.how)) {
    for (const end of original.hasLog ? ['', '-wal'] : ['']) copyFileSync(original.file + end, path + end);
  }
  if (whole !== undefined) files[whole.how](path);
  else for (const mutation of mutations) if (mutation.kind !== 'file') change(path, mutation);
}

function change(path: string, mutation: Exclude<LedgerMutation, { kind: 'file' }>): void {
  switch (mutation.kind) {
    case 'value':
      setValue(path, mutation);
      break;
    case 'sql':
      execute(path, mutation.sql);
      break;
    case 'drop':
      drop(path, mutation.what);
      break;
    case 'blank page':
    case 'swap pages':
      rewrite(path, (bytes) => {
        const [one, other] = [mutation.at, mutation.at * 7 + 1].map(
          (page) => (page % Math.max(1, bytes.length / pageBytes)) * pageBytes,
        );
        const page = bytes.slice(one, (one ?? 0) + pageBytes);
        if (mutation.kind === 'blank page') return new Uint8Array(bytes).fill(0, one, (one ?? 0) + pageBytes);
        bytes.copyWithin(one ?? 0, other ?? 0, (other ?? 0) + pageBytes);
        bytes.set(page.subarray(0, bytes.length - (other ?? 0)), other);
        return bytes;
      });
      break;
    case 'garbage behind':
      rewrite(path + mutation.of, (bytes) => Buffer.concat([bytes, garbage(mutation.length)]));
      break;
    case 'garbage instead':
      rewrite(path + mutation.of, () => garbage(mutation.length));
      break;
    case 'cut':
      rewrite(path + mutation.of, (bytes) => {
        const length = mutation.at % (bytes.length + 1);
        return bytes.subarray(0, mutation.toPage ? length - (length % pageBytes) : length);
      });
      break;
    case 'bytes':
      rewrite(path + mutation.of, (bytes) => {
        const pages = Math.max(1, Math.floor(bytes.length / pageBytes));
        const places = {
          header: mutation.at % 100,
          page: (mutation.at % pages) * pageBytes,
          anywhere: mutation.at % (bytes.length + 1),
        };
        for (const [i, byte] of mutation.with.entries()) bytes[places[mutation.where] + i] = byte;
        return bytes;
      });
      break;
  }
}

function garbage(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 167 + 13) % 256);
}

function rewrite(path: string, make: (bytes: Uint8Array) => Uint8Array): void {
  writeFileSync(path, make(read(path)));
}

function read(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch {
    return new Uint8Array();
  }
}

/** SQL that a file refuses, after other mutations or by its constraints, leaves it as it is. */
function within(path: string, work: (db: DatabaseSync) => void): void {
  try {
    using db = new DatabaseSync(path);
    work(db);
  } catch {
    // As above.
  }
}

function execute(path: string, sql: string): void {
  within(path, (db) => db.exec(sql));
}

function setValue(path: string, { column, value, isLoose, rows }: Extract<LedgerMutation, { kind: 'value' }>): void {
  if (isLoose) {
    execute(
      path,
      "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(replace(replace(sql, ' STRICT,', ''), ' STRICT', ''), 'NOT NULL', '')",
    );
  }
  within(path, (db) => {
    const columns = db
      .prepare(
        "SELECT t.name AS name, c.name AS of FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'",
      )
      .all();
    const one = columns[column % columns.length];
    if (one === undefined) return;
    const some = rows === 'all' ? '' : ` WHERE "${one.of}" = (SELECT max("${one.of}") FROM "${one.name}")`;
    db.exec(`UPDATE OR REPLACE "${one.name}" SET "${one.of}" = ${value}${some}`);
  });
}

function drop(path: string, what: number): void {
  within(path, (db) => {
    const all = db.prepare("SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name").all();
    const one = all[what % all.length];
    if (one !== undefined) db.exec(`DROP ${one.type} "${one.name}"`);
  });
}
