import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createRejectedRows } from '../../../src/poll/workspace/rejected-rows.ts';
import { rejectionReasons } from '../../../src/secmaster/api/secmaster.ts';

function rejectedRows() {
  const lines: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { rows: createRejectedRows(log), lines };
}

test('a row with an id is counted and logged once, a row without an id each time, and every reason starts at 0', () => {
  const { rows, lines } = rejectedRows();
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

test('a list full of rows without ids is counted, and does not fill the log', () => {
  const { rows, lines } = rejectedRows();
  for (let row = 0; row < 5_000; row++) rows.add({ id: null, reason: row % 2 ? 'no_id' : 'not_an_object' });
  for (let row = 0; row < 20_000; row++) rows.add({ id: `i${row}`, reason: 'bad_time' });
  expect([...rows.counts.values()].toSorted((a, b) => b - a).slice(0, 3)).toEqual([20_000, 2_500, 2_500]);
  expect(lines.filter(({ instance }) => instance === null)).toHaveLength(20);
  expect(lines).toHaveLength(10_030);
});
