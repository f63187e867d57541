import { globSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

/** What each room of the house may import; the first row whose pattern fits a file is its room. */
const rooms: readonly { room: string; files: RegExp; ours: readonly RegExp[]; libraries: readonly string[] }[] = [
  { room: 'model', files: /^model\//, ours: [/^model\//], libraries: ['node:util'] },
  { room: 'clock', files: /^clock\.ts$/, ours: [], libraries: ['node:timers/promises'] },
  { room: 'redact', files: /^redact\.ts$/, ours: [], libraries: [] },
  { room: 'log', files: /^log\.ts$/, ours: [/^redact\.ts$/], libraries: ['pino', 'pino-pretty'] },
  { room: 'package.json', files: /^package-json\.ts$/, ours: [], libraries: ['node:fs'] },
  {
    room: 'config',
    files: /^config\//,
    ours: [/^model\//, /^config\//],
    libraries: ['zod', 'yaml', 'ini', 'node:fs', 'node:os', 'node:path'],
  },
  {
    room: 'families',
    files: /^metrics\/(families\/|(family|families|histogram)\.ts$)/,
    ours: [/^model\//, /^metrics\/(families\/|(family|histogram)\.ts$)/],
    libraries: [],
  },
  {
    room: 'process metrics, alone with prom-client',
    files: /^metrics\/process-metrics\.ts$/,
    ours: [/^metrics\/(family|writer)\.ts$/, /^metrics\/families\/process\.ts$/],
    libraries: ['prom-client'],
  },
  {
    room: 'renderer',
    files: /^metrics\/renderer\.ts$/,
    ours: [/^model\//, /^metrics\/(family|gzip|writer)\.ts$/],
    libraries: ['node:timers/promises'],
  },
  {
    room: 'gzip',
    files: /^metrics\/gzip\.ts$/,
    ours: [],
    libraries: ['node:timers/promises', 'node:util', 'node:zlib'],
  },
  { room: 'metrics', files: /^metrics\//, ours: [/^model\//, /^metrics\//], libraries: [] },
  {
    room: 'requests to SecMaster',
    files: /^secmaster\/http\//,
    ours: [/^clock\.ts$/, /^secmaster\/http\//, /^secmaster\/credentials\/(credentials|circuit-breaker)\.ts$/],
    libraries: ['undici', 'zod', 'node:crypto'],
  },
  {
    room: 'credentials of SecMaster',
    files: /^secmaster\/credentials\//,
    ours: [/^model\//, /^clock\.ts$/, /^log\.ts$/, /^config\//, /^secmaster\/(http|credentials)\//],
    libraries: ['zod', 'node:crypto'],
  },
  {
    room: 'calls of SecMaster',
    files: /^secmaster\/api\//,
    ours: [/^model\//, /^clock\.ts$/, /^log\.ts$/, /^config\//, /^secmaster\//],
    libraries: ['undici', 'zod'],
  },
  {
    room: 'SQLite, alone with node:sqlite',
    files: /^ledger\/sqlite\/database\.ts$/,
    ours: [/^ledger\//],
    libraries: ['node:sqlite', 'node:fs', 'node:path'],
  },
  { room: 'ledger', files: /^ledger\//, ours: [/^model\//, /^ledger\//], libraries: [] },
  {
    room: 'timer, alone with node-cron',
    files: /^poll\/fleet\/timer\.ts$/,
    ours: [/^clock\.ts$/, /^log\.ts$/, /^poll\//],
    libraries: ['node-cron', 'p-limit'],
  },
  {
    room: 'poll',
    files: /^poll\//,
    ours: [
      /^model\//,
      /^clock\.ts$/,
      /^log\.ts$/,
      /^ledger\//,
      /^secmaster\/(api\/secmaster|http\/errors)\.ts$/,
      /^poll\//,
    ],
    libraries: [],
  },
  {
    room: 'http',
    files: /^http\//,
    ours: [/^model\//, /^config\/web\.ts$/, /^metrics\//, /^http\//],
    libraries: [
      'hono',
      'hono/accepts',
      'hono/html',
      '@hono/node-server',
      '@hono/node-server/utils/response',
      'bcryptjs',
      'node:crypto',
      'node:fs',
      'node:http',
      'node:https',
      'node:net',
      'node:path',
      'node:worker_threads',
    ],
  },
  {
    room: 'simulator',
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
    room: 'commands',
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
      'bcryptjs',
      'p-limit',
    ],
  },
];

const src = join(import.meta.dirname, '..', 'src');
const files = globSync('**/*.ts', { cwd: src });

function importsOf(file: string): { ours: string[]; libraries: string[] } {
  const text = readFileSync(join(src, file), 'utf8');
  const specifiers = [...text.matchAll(/^(?:import|export)\s(?:[^;]*?\sfrom\s)?'([^']+)'/gms)].map(
    ([, name = '']) => name,
  );
  return {
    ours: specifiers.filter((name) => name.startsWith('.')).map((name) => normalize(join(file, '..', name))),
    libraries: specifiers.filter((name) => !name.startsWith('.')),
  };
}

describe('the house', () => {
  test.each(files)('%s stands in a room and imports only what the room may', (file) => {
    const room = rooms.find(({ files }) => files.test(file));
    expect(room, 'no room for this file').toBeDefined();
    const { ours, libraries } = importsOf(file);
    const notOurs = ours.filter((name) => !room?.ours.some((allowed) => allowed.test(name)));
    const notAllowed = libraries.filter((name) => !room?.libraries.includes(name));
    expect({ notOurs, notAllowed }, room?.room).toEqual({ notOurs: [], notAllowed: [] });
  });

  test('has no circle of imports', () => {
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

  test('reads imports as they are written, so that the checks above see them', () => {
    expect(importsOf('metrics/process-metrics.ts').libraries).toEqual(['prom-client']);
    expect(importsOf('ledger/sqlite/database.ts').ours).toContain('ledger/sqlite/schema.ts');
  });
});
