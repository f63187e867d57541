import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createRejectedRows } from '../../../src/poll/workspace/rejected-rows.ts';
import { rejectionReasons } from '../../../src/secmaster/api/secmaster.ts';

test('a row with an id is counted and logged once, a row without an id each time, and every reason starts at 0', () => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const rows = createRejectedRows(log);
  expect(Object.fromEntries(rows.counts)).toEqual(Object.fromEntries(rejectionReasons.map((reason) => [reason, 0])));
  for (const id of ['i1', 'i1', null, null, 'i2']) rows.add({ id, reason: 'bad_time' });
  expect(rows.counts.get('bad_time')).toBe(4);
  expect(lines.map(({ instance, reason }) => [instance, reason])).toEqual([
    ['i1', 'bad_time'],
    [null, 'bad_time'],
    [null, 'bad_time'],
    ['i2', 'bad_time'],
  ]);
});
