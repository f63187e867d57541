import { expect, test } from 'vitest';
import { contrast, textOn } from './contrast.ts';

test.each([
  ['white on black', '#FFFFFF', '#000000', 21],
  ['a colour on itself', '#0072B2', '#0072B2', 1],
  ['white on light blue', '#FFFFFF', '#56B4E9', 2.3],
  ['white on orange', '#FFFFFF', '#E69F00', 2.25],
])('%s', (_, text, background, expected) => {
  expect(contrast(text, background)).toBeCloseTo(expected, 1);
  expect(contrast(background, text)).toBeCloseTo(expected, 1);
});

test('bright backgrounds have dark text, others light text', () => {
  expect(textOn('#F0E442')).toBe('#202226');
  expect(textOn('#E69F00')).toBe('#F7F8FA');
});

test('what is no colour is an error', () => {
  expect(() => contrast('green', '#000000')).toThrow('not #RRGGBB: green');
});
