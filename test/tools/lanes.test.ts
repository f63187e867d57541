import { globSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemParts } from './system-parts.ts';

const root = join(import.meta.dirname, '..', '..');
const files = globSync('test/**/*.test.ts', { cwd: root });
const isSystem = (file: string) => file.endsWith('.system.test.ts');

/**
 * These need something else than a program of their own: the npm registry, a small disk that root mounts, the machine for themselves, and
 * the Prometheus that the paging lab is told to start.
 */
const needOther = [
  'test/package/package.system.test.ts',
  'test/e2e/newcomer.system.test.ts',
  'test/e2e/ledger.system.test.ts',
  'test/e2e/hostile-clients.system.test.ts',
  'test/paging/paging.system.test.ts',
];

/** A file with all that it imports of ours. */
function withImports(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, name = ''] of textOf(file).matchAll(/\sfrom\s'(\.[^']+\.ts)'/g))
    withImports(normalize(join(file, '..', name)), seen);
  return seen;
}

function textOf(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

const programs = systemParts.system.map(({ program }) => program).join('|');
const starts = new RegExp(
  [
    `\\b(?:execFile|execFileSync|spawn|spawnSync|start)\\)?\\(\\s*'(?:${programs})'`,
    `'-c',\\s*'(?:${programs}) `,
    `'/usr/s?bin/(?:${programs})'`,
    `\\bprogramFile\\('(?:${programs})'\\)`,
  ].join('|'),
);

/** Where a test starts a program of the system, itself or in what it imports. */
function startsOf(test: string): string[] {
  return [...withImports(test)].filter((file) => starts.test(textOf(file)));
}

describe('the lanes', () => {
  test.each(files.filter((file) => !isSystem(file)))('%s starts no program of the system', (file) => {
    expect(startsOf(file)).toEqual([]);
  });

  test.each(files.filter(isSystem))('%s needs the system', (file) => {
    expect(startsOf(file).length > 0).toBe(!needOther.includes(file));
  });

  // The name is put in here, so that this file starts nothing.
  test.each([
    ["execFileSync('§', ['check'])", 'promtool', true],
    ["await promisify(execFile)('§', args)", 'podman', true],
    ["start('§', [", 'prometheus', true],
    ["execFileSync('sh', ['-c', '§ verify'])", 'systemd-analyze', true],
    ["executablePath: '/usr/bin/§'", 'chromium', true],
    ["spawn(programFile('§'), ['-D', folder])", 'postgres', true],
    ["basic('§', 'right')", 'prometheus', false],
    ["execFileSync('§', ['-c', 'cat file'])", 'sh', false],
  ])('%s with %s is a start of a program of the system: %s', (text, program, is) => {
    expect(starts.test(text.replace('§', program))).toBe(is);
  });
});
