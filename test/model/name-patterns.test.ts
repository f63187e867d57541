import { describe, expect, test } from 'vitest';
import { excludedBy, type NamePatterns } from '../../src/model/name-patterns.ts';

const names = ['Isolate host', 'isolate host', 'Test isolation', '关闭主机', '(none)'];
const left = (patterns: Partial<NamePatterns>) => {
  const isExcluded = excludedBy({ include: [], exclude: [], ...patterns });
  return names.filter((name) => isExcluded?.(name) !== true);
};

describe('of these names, patterns leave', () => {
  test.each<[string, Partial<NamePatterns>, string[]]>([
    ['all where there are none', {}, names],
    ['those that an included one matches as a whole', { include: ['Isolate'] }, []],
    ['those that any of the included ones matches', { include: ['Isolate.*', '关闭..'] }, ['Isolate host', '关闭主机']],
    [
      'those that no excluded one matches',
      { exclude: ['Test .*', '\\(none\\)'] },
      [names[0], names[1], names[3]] as string[],
    ],
    ['none that both match', { include: ['.*isolat.*'], exclude: ['Test .*'] }, ['isolate host']],
    ['those in any case after (?i)', { include: ['(?i)ISOLATE HOST'] }, ['Isolate host', 'isolate host']],
    ['those of each alternative as a whole', { include: ['Isolate|.* host'] }, ['Isolate host', 'isolate host']],
  ])('%s', (_, patterns, expected) => expect(left(patterns)).toEqual(expected));
});

test('a name with a line break is matched as a whole', () => {
  expect(excludedBy({ include: [], exclude: ['a.*b'] })?.('a\nb')).toBe(true);
});

test('of many names, each has the same verdict again', () => {
  const isExcluded = excludedBy({ include: ['.*7'], exclude: [] });
  for (let round = 0; round < 2; round++)
    for (let i = 0; i < 12_000; i++) expect(isExcluded?.(`name ${i}`)).toBe(i % 10 !== 7);
});
