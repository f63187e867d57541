import { expect, test } from 'vitest';
import { matcherOf } from './matchers.ts';

test.each([
  ['area="playbook"', { area: 'playbook' }, true],
  ['area="playbook"', { area: 'exporter' }, false],
  ['area!="playbook"', {}, true],
  ['name=~"A|B"', { name: 'B' }, true],
  ['name=~"A|B"', { name: 'AB' }, false],
  ['name!~"A.*"', { name: 'AB' }, false],
  ['{a="1", b=2}', { a: '1', b: '2' }, true],
  ['{a="1", b=2}', { a: '1', b: '3' }, false],
  ['a="x\\"y"', { a: 'x"y' }, true],
])('%s of %j: %s', (text, labels, holds) => {
  expect(matcherOf(text)(labels)).toBe(holds);
});

test('what is no matcher is refused', () => {
  expect(() => matcherOf('severity')).toThrow('no matcher: severity');
});
