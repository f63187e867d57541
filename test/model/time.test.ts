import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatTime, parseTime } from '../../src/model/time.ts';

describe('parseTime', () => {
  test.each([
    ['a literal Z with the real offset behind it', '2025-07-18T15:11:04.577Z+0800', '2025-07-18T07:11:04.577Z'],
    ['the same without milliseconds', '2025-07-18T15:11:04Z+0800', '2025-07-18T07:11:04.000Z'],
    ['a zero offset', '2025-07-18T15:11:04.577Z+0000', '2025-07-18T15:11:04.577Z'],
    ['a plain Z', '2025-07-18T15:11:04Z', '2025-07-18T15:11:04.000Z'],
    ['an RFC 3339 offset', '2023-04-27T13:00:00.000+08:00', '2023-04-27T05:00:00.000Z'],
    ['a negative offset', '2025-07-18T15:11:04.577Z-0330', '2025-07-18T18:41:04.577Z'],
    ["IAM's microseconds", '2015-11-09T01:42:57.527363Z', '2015-11-09T01:42:57.527Z'],
    ['one decimal', '2025-07-18T15:11:04.5Z+0800', '2025-07-18T07:11:04.500Z'],
    ['white space around it', ' 2025-07-18T15:11:04Z ', '2025-07-18T15:11:04.000Z'],
  ])('understands %s', (_, text, expected) => {
    expect(new Date(parseTime(text) ?? Number.NaN).toISOString()).toBe(expected);
  });

  test.each([
    ['nothing', ''],
    ['a date alone', '2025-07-18'],
    ['no zone at all', '2025-07-18T15:11:04'],
    ['a day that does not exist', '2025-02-31T15:11:04Z'],
    ['an hour that does not exist', '2025-07-18T25:11:04Z'],
    ['milliseconds since the epoch', '1752822664577'],
    ['words', 'yesterday'],
  ])('refuses %s', (_, text) => {
    expect(parseTime(text)).toBeNull();
  });
});

test('formatTime writes the form that parseTime reads, in GMT+8', () => {
  expect(formatTime(Date.parse('2025-07-18T07:11:04.577Z'))).toBe('2025-07-18T15:11:04.577Z+0800');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.parse('9000-01-01T00:00:00Z') }), (ms) => {
      expect(parseTime(formatTime(ms))).toBe(ms);
    }),
  );
});
