import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseCommandLine } from '../../src/commands/command-line.ts';

const document = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'commands.md'), 'utf8');

/** The names in the first column of the table under a heading. */
function namesUnder(heading: string): string[] {
  const section = document.split(/^## /m).find((one) => one.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name);
}

function helpOf(...args: readonly string[]): string {
  const parsed = parseCommandLine(args, '1.2.3');
  return 'stdout' in parsed ? (parsed.stdout ?? '') : '';
}

test('docs/commands.md has the commands that the help has', () => {
  const [, listed = ''] = /^Commands:\n((?: .*\n)+)/m.exec(helpOf('help')) ?? [];
  const commands = [...listed.matchAll(/^ {2}(\S+(?: \S+)?) {2,}/gm)].map(([, name]) => name);
  expect(commands.length).toBeGreaterThan(5);
  expect(namesUnder('Commands')).toEqual(commands);
});

test('docs/commands.md has the flags that the help of serve has, each with its default', () => {
  const help = helpOf('help', 'serve').replaceAll(/\n {10,}/g, ' ');
  const flags = [...help.matchAll(/^ {2}(--\S+).*$/gm)].map(([line, name]) => ({ line, name }));
  const wanted = flags.filter(({ name }) => name !== '--version');
  expect(namesUnder('Flags of `serve`')).toEqual(expect.arrayContaining(wanted.map(({ name }) => name)));
  let defaults = 0;
  for (const { line, name } of wanted) {
    const [, value] = /\(.*?default: (:\d+|\/\S+|info|text.*json)\)$/.exec(line) ?? [];
    const row = document.split('\n').find((one) => one.startsWith(`| \`${name}\` |`)) ?? '';
    if (value === undefined) continue;
    expect(row.replaceAll('`', '')).toContain(`| ${value} |`);
    defaults++;
  }
  expect(defaults).toBe(4);
});
