import { describe, expect, test } from 'vitest';
import { complete, loadText, problemsOf } from './loading.ts';

describe('YAML', () => {
  test.each<[string, string, string]>([
    ['no text', '', 'config.yml: is empty; add workspaces'],
    ['comments alone', '# nothing\n', 'config.yml: is empty; add workspaces'],
    ['a tab', 'poll:\n\ttimeout: 3s\n', 'config.yml:2: Tabs are not allowed as indentation; use spaces'],
    [
      'a key twice',
      `poll: {}\npoll: {}\n${complete}`,
      'config.yml:2: Map keys must be unique; remove this one or the one before',
    ],
    [
      'a bracket that stays open',
      'metrics: [1, 2\nstate: {}\n',
      'config.yml:2: Flow sequence in block collection must be sufficiently indented and end with a ]; check the indentation, and that every bracket is closed',
    ],
    [
      'a quote that stays open',
      'state: { path: "a }\n',
      'config.yml:1: Missing closing "quote; check the colons, commas, quotes and brackets',
    ],
    [
      'a colon within a value',
      'state: a: b\n',
      'config.yml:1: Nested mappings are not allowed in compact mappings; check the indentation, and put a value that contains ": " in quotes',
    ],
    [
      'a sign that YAML reserves',
      'state: @b\n',
      'config.yml:1: Plain value cannot start with reserved character @; put the value in quotes',
    ],
    [
      'an unknown escape',
      'state: "\\q"\n',
      'config.yml:1: Invalid escape sequence; in double quotes write \\\\ for a backslash, or use single quotes',
    ],
    [
      'a second document',
      'poll: {}\n---\npoll: {}\n',
      'config.yml:2: Source contains multiple documents; remove --- and what belongs to another document',
    ],
    ['a tag', '\npoll: !fast\n', 'config.yml:2: Unresolved tag; put a value that begins with ! in quotes'],
    [
      'an unknown directive',
      `%FAST 1\n---\n${complete}`,
      'config.yml:1: Unknown directive; put a value that begins with % in quotes',
    ],
    [
      'a key of several lines',
      'poll: {}\nstate\nmetrics: {}\n',
      'config.yml:2: Implicit keys need to be on a single line; check that a colon follows each key',
    ],
    [
      'an alias of nothing',
      'poll: {}\nstate: *none\n',
      'config.yml:2: Unresolved alias (the anchor must be set before the alias); put a value that begins with * in quotes',
    ],
    ['a key that is no text', '? [a]\n: 1\n', 'config.yml:1: All keys must be strings'],
    [
      'aliases that multiply',
      `a: &a [${'1,'.repeat(9)}]\nb: &b [${'*a,'.repeat(9)}]\nc: &c [${'*b,'.repeat(9)}]\nd: &d [${'*c,'.repeat(9)}]\ne: &e [${'*d,'.repeat(9)}]\nf: [${'*e,'.repeat(9)}]\n`,
      'config.yml: the YAML has too many aliases',
    ],
  ])('refused: %s', async (_, text, problem) => {
    expect(problemsOf(await loadText(text))).toEqual([problem]);
  });

  test.each([
    'sk: "\\qHUNTER2"\n',
    'sk: "\\xHUNTER2"\n',
    'sk: !HUNTER2\n',
    'sk: !<HUNTER2\n',
    'sk: !a!HUNTER2 b\n',
    'sk: !!HUNTER2 b\n',
    'sk: |HUNTER2\n',
    'sk: "a" HUNTER2\n',
    'sk: *HUNTER2\n',
    'sk: @HUNTER2\n',
    'sk: }HUNTER2\n',
    'sk: ]HUNTER2: x\n',
    'sk: {HUNTER2\n',
    '%HUNTER2\n---\nsk: a\n',
    '%YAML HUNTER2\n---\nsk: a\n',
    '? [HUNTER2]\n: 1\n',
    'HUNTER2: 1\nHUNTER2: 2\n',
    'a: 1\nHUNTER2\nb: 2\n',
  ])('a fault says nothing of what may be a secret: %j', async (text) => {
    const problems = problemsOf(await loadText(text));
    expect(problems).not.toEqual([]);
    expect(problems.filter((problem) => /HUNTER|\n/.test(problem) && !/unknown key/.test(problem))).toEqual([]);
  });

  test('nested without end is refused in few words', async () => {
    expect(problemsOf(await loadText('['.repeat(100_000)))).toEqual([
      'config.yml:1: the YAML is nested too deeply to be read',
    ]);
  });
});
