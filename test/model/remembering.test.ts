import { expect, test } from 'vitest';
import { remembering } from '../../src/model/remembering.ts';

test('what was made for a key is made once, until too many keys are known', () => {
  const made: string[] = [];
  const length = remembering(2, (key: string) => {
    made.push(key);
    return key === '' ? undefined : key.length;
  });
  expect(['a', '', 'a', ''].map(length)).toEqual([1, undefined, 1, undefined]);
  expect(made).toEqual(['a', '']);
  expect(['bb', 'bb', 'a'].map(length)).toEqual([2, 2, 1]);
  expect(made).toEqual(['a', '', 'bb', 'a']);
});
