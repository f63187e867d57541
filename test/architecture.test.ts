import { globSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

interface Part {
  /** As in docs/architecture.md: imports never lead to a higher floor. */
  readonly floor: number;
  readonly part: string;
  readonly files: RegExp;
  readonly ours: readonly RegExp[];
  readonly libraries: readonly string[];
}

/** What each part of a floor may import. A file belongs to the first part whose pattern it matches. */
const parts: readonly Part[] = [
  { floor: 0, part: 'model', files: /^model\//, ours: [/^model\//], libraries: ['node:crypto', 'node:util'] },
  { floor: 0, part: 'clock', files: /^clock\.ts$/, ours: [], libraries: ['node:timers/promises'] },
  { floor: 0, part: 'redact', files: /^redact\.ts$/, ours: [/^model\//], libraries: [] },
  { floor: 0, part: 'lines of the log', files: /^log-lines\.ts$/, ours: [], libraries: ['node:stream'] },
  { floor: 0, part: 'texts of the log', files: /^log-text\.ts$/, ours: [], libraries: [] },
  {
    floor: 0,
    part: 'log',
    files: /^log\.ts$/,
    ours: [/^(redact|log-lines|log-text)\.ts$/],
    libraries: ['pino', 'node:stream', 'node:util'],
  },
  { floor: 0, part: 'package.json', files: /^package-json\.ts$/, ours: [], libraries: ['node:fs'] },
  {
    floor: 1,
    part: 'config',
    files: /^config\//,
    ours: [/^model\//, /^clock\.ts$/, /^config\//],
    libraries: [
      'zod',
      'yaml',
      'node:crypto',
      'node:fs',
      'node:fs/promises',
      'node:http',
      'node:net',
      'node:os',
      'node:path',
      'node:tls',
    ],
  },
  {
    floor: 2,
    part: 'families',
    files: /^metrics\/(families\/|(family|families|histogram)\.ts$)/,
    ours: [/^model\//, /^metrics\/(families\/|(family|histogram)\.ts$)/],
    libraries: [],
  },
  {
    floor: 2,
    part: 'process metrics, alone with prom-client',
    files: /^metrics\/process-metrics\.ts$/,
    ours: [/^metrics\/(family|writer)\.ts$/, /^metrics\/families\/process\.ts$/],
    libraries: ['prom-client'],
  },
  {
    floor: 2,
    part: 'renderer',
    files: /^metrics\/renderer\.ts$/,
    ours: [/^model\//, /^metrics\/(family|gzip|writer)\.ts$/],
    libraries: ['node:timers/promises'],
  },
  {
    floor: 2,
    part: 'gzip',
    files: /^metrics\/gzip\.ts$/,
    ours: [],
    libraries: ['node:timers/promises', 'node:util', 'node:zlib'],
  },
  { floor: 2, part: 'metrics', files: /^metrics\//, ours: [/^model\//, /^metrics\//], libraries: [] },
  {
    floor: 2,
    part: 'routes to SecMaster',
    files: /^secmaster\/http\/(routes|agents|proxy-agent)\.ts$/,
    ours: [/^model\//, /^config\/(endpoints|no-proxy)\.ts$/, /^secmaster\/http\/(agents|proxy-agent)\.ts$/],
    libraries: ['undici', 'node:net', 'node:tls'],
  },
  {
    floor: 2,
    part: 'requests to SecMaster',
    files: /^secmaster\/http\//,
    ours: [
      /^model\//,
      /^clock\.ts$/,
      /^secmaster\/http\//,
      /^secmaster\/credentials\/(credentials|circuit-breaker)\.ts$/,
    ],
    libraries: ['undici', 'zod', 'node:crypto'],
  },
  {
    floor: 2,
    part: 'credentials of SecMaster',
    files: /^secmaster\/credentials\//,
    ours: [/^model\//, /^clock\.ts$/, /^log\.ts$/, /^config\//, /^secmaster\/(http|credentials)\//],
    libraries: ['zod', 'node:crypto', 'node:util'],
  },
  {
    floor: 2,
    part: 'pager, the one loop over pages',
    files: /^secmaster\/api\/pager\.ts$/,
    ours: [/^secmaster\/http\/errors\.ts$/, /^secmaster\/api\/secmaster\.ts$/],
    libraries: [],
  },
  {
    floor: 2,
    part: 'calls of SecMaster',
    files: /^secmaster\/api\//,
    ours: [/^model\//, /^clock\.ts$/, /^log\.ts$/, /^config\//, /^secmaster\//],
    libraries: ['undici', 'zod'],
  },
  {
    floor: 2,
    part: 'SQLite, alone with node:sqlite',
    files: /^ledger\/sqlite\/(database|file-guard|inspection|migrate)\.ts$/,
    ours: [/^ledger\//],
    libraries: ['node:sqlite', 'node:path'],
  },
  {
    floor: 2,
    part: "the ledger's files",
    files: /^ledger\/sqlite\/(file|file-watch)\.ts$/,
    ours: [/^ledger\//],
    libraries: ['node:fs', 'node:path'],
  },
  {
    floor: 2,
    part: 'PostgreSQL, alone with pg',
    files: /^ledger\/postgres\/(connection|database|errors)\.ts$/,
    ours: [/^model\//, /^ledger\//],
    libraries: ['pg', 'node:net', 'node:tls'],
  },
  {
    floor: 2,
    part: 'replicas in PostgreSQL',
    files: /^ledger\/postgres\/replicas\.ts$/,
    ours: [/^ledger\//],
    libraries: ['node:crypto', 'node:os'],
  },
  { floor: 2, part: 'ledger', files: /^ledger\//, ours: [/^model\//, /^ledger\//], libraries: [] },
  {
    floor: 3,
    part: 'timer',
    files: /^poll\/fleet\/timer\.ts$/,
    ours: [/^clock\.ts$/, /^log\.ts$/, /^poll\//],
    libraries: ['p-limit'],
  },
  {
    floor: 3,
    part: 'probe, which needs no ledger',
    files: /^poll\/profile\/(?!contradict|learning)/,
    ours: [/^model\//, /^secmaster\/(api\/secmaster|http\/errors)\.ts$/, /^poll\/profile\/(?!contradict|learning)/],
    libraries: [],
  },
  {
    floor: 3,
    part: 'poll',
    files: /^poll\//,
    ours: [
      /^model\//,
      /^clock\.ts$/,
      /^log\.ts$/,
      /^ledger\//,
      /^secmaster\/(api\/(secmaster|pager)|http\/errors)\.ts$/,
      /^poll\//,
    ],
    libraries: ['node:util'],
  },
  {
    floor: 4,
    part: 'Markdown, alone with marked',
    files: /^http\/documents\/markdown\.ts$/,
    ours: [],
    libraries: ['marked'],
  },
  {
    floor: 4,
    part: 'http',
    files: /^http\//,
    ours: [/^model\//, /^config\/web\.ts$/, /^metrics\//, /^http\//],
    libraries: [
      'hono',
      'hono/utils/accept',
      'hono/html',
      '@hono/node-server',
      '@hono/node-server/utils/response',
      'bcryptjs',
      'node:crypto',
      'node:http',
      'node:https',
      'node:net',
      'node:path',
      'node:stream',
      'node:tls',
      'node:worker_threads',
    ],
  },
  {
    floor: 1,
    part: 'simulator',
    files: /^simulator\//,
    ours: [/^model\//, /^clock\.ts$/, /^simulator\//],
    libraries: [
      'hono',
      'hono/utils/http-status',
      '@hono/node-server',
      '@hono/node-server/utils/response',
      'zod',
      'node:crypto',
      'node:events',
    ],
  },
  {
    floor: 5,
    part: 'commands',
    files: /^(commands\/|main\.ts$)/,
    ours: [/./],
    libraries: [
      'commander',
      'undici',
      'hono',
      'node:net',
      'node:http',
      'node:https',
      'node:crypto',
      'node:fs',
      'node:fs/promises',
      'node:os',
      'node:stream',
      'node:v8',
      'bcryptjs',
      'p-limit',
    ],
  },
];

const src = join(import.meta.dirname, '..', 'src');
const files = globSync('**/*.ts', { cwd: src });

const atTheTop = /^(?:import|export)\s(?:(?<type>type)\s)?(?:[^;]*?\sfrom\s)?'(?<name>[^']+)'/gms;

function importsOf(file: string): { ours: string[]; libraries: string[] } {
  const text = readFileSync(join(src, file), 'utf8');
  const specifiers = [...text.matchAll(atTheTop), ...text.matchAll(/\bimport\('(?<name>[^']+)'\)/g)].map(
    ({ groups: { name = '' } = {} }) => name,
  );
  return {
    ours: specifiers.filter((name) => name.startsWith('.')).map((name) => normalize(join(file, '..', name))),
    libraries: specifiers.filter((name) => !name.startsWith('.')),
  };
}

/** What is read with a file: not what it imports later, and no types. */
function readWith(entry: string): { files: ReadonlySet<string>; libraries: ReadonlySet<string> } {
  const [read, libraries] = [new Set<string>(), new Set<string>()];
  const visit = (file: string): void => {
    if (read.has(file)) return;
    read.add(file);
    const text = readFileSync(join(src, file), 'utf8');
    for (const { groups: { type, name = '' } = {} } of text.matchAll(atTheTop)) {
      if (type !== undefined) continue;
      if (name.startsWith('.')) visit(normalize(join(file, '..', name)));
      else libraries.add(name);
    }
  };
  visit(entry);
  return { files: read, libraries };
}

const partOf = (file: string) => parts.find(({ files }) => files.test(file));

describe('imports', () => {
  test.each(files)('%s belongs to a part and imports only what the part may', (file) => {
    const part = partOf(file);
    expect(part, 'no part has this file').toBeDefined();
    const { ours, libraries } = importsOf(file);
    const notOurs = ours.filter((name) => !part?.ours.some((allowed) => allowed.test(name)));
    const notAllowed = libraries.filter((name) => !part?.libraries.includes(name));
    expect({ notOurs, notAllowed }, part?.part).toEqual({ notOurs: [], notAllowed: [] });
  });

  test.each(files)('%s imports nothing from a higher floor', (file) => {
    const floor = partOf(file)?.floor ?? Number.NaN;
    expect(importsOf(file).ours.filter((name) => !((partOf(name)?.floor ?? Number.NaN) <= floor))).toEqual([]);
  });

  test('have no cycle', () => {
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      if (done.has(file)) return;
      expect(path, `${[...path, file].join(' → ')}`).not.toContain(file);
      for (const imported of importsOf(file).ours) visit(imported, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(done.size).toBeGreaterThan(files.length - 1);
  });

  test.each([
    [
      'commands/program.ts',
      ['ledger/postgres/', 'poll/', 'secmaster/'],
      ['undici', 'prom-client', 'pg', 'marked', 'hono', '@hono/node-server'],
    ],
    [
      'commands/serve.ts',
      ['ledger/postgres/', 'simulator/'],
      ['pg', 'marked', 'bcryptjs', 'commander', 'undici', '@hono/node-server', '@hono/node-server/utils/response'],
    ],
  ])('%s does not read what only others need, or what may never be needed', (entry, folders, libraries) => {
    const read = readWith(entry);
    expect([...read.files].filter((file) => folders.some((folder) => file.startsWith(folder)))).toEqual([]);
    expect(libraries.filter((name) => read.libraries.has(name))).toEqual([]);
    expect(read.files.size).toBeGreaterThan(10);
  });

  test('are read as they are written, so that the checks above see them', () => {
    expect(importsOf('metrics/process-metrics.ts').libraries).toEqual(['prom-client']);
    expect(importsOf('ledger/sqlite/database.ts').ours).toContain('ledger/sqlite/migrate.ts');
    expect(importsOf('commands/store.ts').ours).toContain('ledger/postgres/store.ts');
  });
});
