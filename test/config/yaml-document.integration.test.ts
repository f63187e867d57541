import { describe, expect, test } from 'vitest';
import { complete, loadText, problemsOf } from './loading.ts';

describe('YAML', () => {
  test.each<[string, string, string]>([
    ['no text', '', 'config.yml: is empty; add workspaces'],
    ['comments alone', '# nothing\n', 'config.yml: is empty; add workspaces'],
    ['a tab', 'poll:\n\ttimeout: 3s\n', "config.yml:2: a tab can't be used for indentation; use spaces"],
    ['a key twice', `poll: {}\npoll: {}\n${complete}`, 'config.yml:2: this key is a duplicate'],
    [
      'a bracket that stays open',
      'metrics: [1, 2\nstate: {}\n',
      'config.yml:2: wrong indentation, or a bracket is not closed',
    ],
    [
      'a quote that stays open',
      'state: { path: "a }\n',
      'config.yml:1: a character is missing: a colon, comma, quote or bracket',
    ],
    [
      'a colon within a value',
      'state: a: b\n',
      'config.yml:1: wrong indentation, or a value that contains ": " must be in quotes',
    ],
    [
      'a sign that YAML reserves',
      'state: @b\n',
      'config.yml:1: a value that begins with this character must be in quotes',
    ],
    [
      'an unknown escape',
      'state: "\\q"\n',
      'config.yml:1: unknown backslash escape; in double quotes write \\\\ for a backslash, or use single quotes',
    ],
    ['a second document', 'poll: {}\n---\npoll: {}\n', 'config.yml:2: only one YAML document (---) is allowed'],
    [
      'a tag',
      '\npoll: !fast\n',
      'config.yml:2: YAML tags (!) are not supported; put a value that begins with ! in quotes',
    ],
    ['an unknown directive', `%FAST 1\n---\n${complete}`, 'config.yml:1: this YAML directive (%) is unknown'],
    ['a key of several lines', 'poll: {}\nstate\nmetrics: {}\n', 'config.yml:2: a colon is missing after a key'],
    ['an alias of nothing', 'poll: {}\nstate: *none\n', 'config.yml:2: this alias (*) has no anchor (&) before it'],
    ['a key that is no text', '? [a]\n: 1\n', 'config.yml:1: a key must be plain text'],
    [
      'aliases that multiply',
      `a: &a [${'1,'.repeat(9)}]\nb: &b [${'*a,'.repeat(9)}]\nc: &c [${'*b,'.repeat(9)}]\nd: &d [${'*c,'.repeat(9)}]\ne: &e [${'*d,'.repeat(9)}]\nf: [${'*e,'.repeat(9)}]\n`,
      'config.yml: the YAML has too many aliases',
    ],
  ])('refused: %s', async (_, text, problem) => {
    expect(problemsOf(await loadText(text))).toEqual([problem]);
  });

  test('nested without end is refused in few words', async () => {
    expect(problemsOf(await loadText('['.repeat(100_000)))).toEqual([
      'config.yml:1: the YAML is nested too deeply to be read',
    ]);
  });
});
