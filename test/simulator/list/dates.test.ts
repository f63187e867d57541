import { expect, test } from 'vitest';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';
import { createWorld } from '../../../src/simulator/world.ts';
import { four, idsOf } from './harness.ts';

type Row = [string, BehaviourChange['dates'], string, string, string];
const noTime = (name: string) => `20030001 Invalid parameters: ${name} is not a time.`;
const joined = (ids: readonly string[] | string) => (typeof ids === 'string' ? ids : ids.join(''));
const range = 'from_date=1970-01-01T00:00:02Z&to_date=1970-01-01T00:00:03Z';

test.each<Row>([
  ['dates limit the start', { field: 'start' }, range, 'b', 'b'],
  ['dates limit the last change', { field: 'update' }, 'from_date=1970-01-01T00:00:06Z', '', 'cb'],
  ['dates limit the end', { field: 'end' }, 'from_date=1970-01-01T00:00:06Z', '', 'b'],
  ['dates limit nothing', { field: 'ignored' }, range, 'b', 'dcba'],
  ['from_date is exclusive', { from: 'exclusive' }, range, 'b', ''],
  ['to_date is inclusive', { to: 'inclusive' }, range, 'b', 'cb'],
  ['both bounds are the other way round', { from: 'exclusive', to: 'inclusive' }, range, 'b', 'c'],
  ['a date is cut to the second', { precision: 'second' }, 'from_date=1970-01-01T00:00:02.999Z', 'dc', 'dcb'],
])('%s', (_, dates, text, friendly, answer) => {
  expect(joined(idsOf(four(), text))).toBe(friendly);
  expect(joined(idsOf(four(), text, { dates }))).toBe(answer);
});

/** Seven instances, each named after the hour (UTC) of 18 July at which it began, some of them of the day before or after. */
function hours() {
  const world = createWorld();
  for (const hour of [-10, -4, 0, 4, 12, 16, 25]) {
    world.start(Date.parse('2025-07-18T00:00:00Z') + hour * 3_600_000, { id: `${hour}h ` });
  }
  return world;
}
const at = (form: string) => `sort_dir=ASC&from_date=${encodeURIComponent(form)}`;
const documented = '2025-07-18T12:00:00.000Z+0800';

test.each<Row>([
  ['an offset behind a Z is read', {}, at(documented), '4h 12h 16h 25h ', '4h 12h 16h 25h '],
  ['a literal Z means UTC', { zone: 'z-is-utc' }, at(documented), '4h 12h 16h 25h ', '12h 16h 25h '],
  [
    'an offset without a Z is read even then',
    { zone: 'z-is-utc' },
    at('2025-07-18T12:00:00+08:00'),
    '4h 12h 16h 25h ',
    '4h 12h 16h 25h ',
  ],
  ['any offset is ignored', { zone: 'utc' }, at('2025-07-18T12:00:00+08:00'), '4h 12h 16h 25h ', '12h 16h 25h '],
  ['all dates are in GMT+8', { zone: 'gmt8' }, at('2025-07-18T12:00:00Z'), '12h 16h 25h ', '4h 12h 16h 25h '],
  [
    'a date is cut to the day in UTC',
    { precision: 'day-utc' },
    at('2025-07-18T14:00:00Z'),
    '16h 25h ',
    '0h 4h 12h 16h 25h ',
  ],
  [
    'a date is cut to the day in GMT+8',
    { precision: 'day-gmt8' },
    at('2025-07-18T14:00:00Z'),
    '16h 25h ',
    '-4h 0h 4h 12h 16h 25h ',
  ],
  [
    'a range within a day is empty where dates are cut to it',
    { precision: 'day-utc' },
    `${at('2025-07-18T02:00:00Z')}&to_date=2025-07-18T14:00:00Z`,
    '4h 12h ',
    '',
  ],
  [
    'and the whole day where its bounds are inclusive',
    { precision: 'day-utc', to: 'inclusive' },
    `${at('2025-07-18T02:00:00Z')}&to_date=2025-07-18T14:00:00Z`,
    '4h 12h ',
    '0h 4h 12h 16h ',
  ],
  ['a day is a form', { forms: ['YYYY-MM-DD'] }, at('2025-07-18'), noTime('from_date'), '0h 4h 12h 16h 25h '],
  [
    'a day may be one of GMT+8',
    { forms: ['YYYY-MM-DD'], zone: 'gmt8' },
    at('2025-07-18'),
    noTime('from_date'),
    '-4h 0h 4h 12h 16h 25h ',
  ],
  ['milliseconds are a form', { forms: ['milliseconds'] }, at('1752840000000'), noTime('from_date'), '12h 16h 25h '],
  ['the documented form is refused', { forms: ['…Z'] }, at(documented), '4h 12h 16h 25h ', noTime('from_date')],
  [
    'the form of the offset is refused',
    { forms: ['…Z+0800'] },
    at('2025-07-18T12:00:00+08:00'),
    '4h 12h 16h 25h ',
    noTime('from_date'),
  ],
  [
    'another form is ignored in silence',
    { forms: ['…Z'], otherForms: 'ignored' },
    at(documented),
    '4h 12h 16h 25h ',
    '-10h -4h 0h 4h 12h 16h 25h ',
  ],
  [
    'of two dates only the one that is read limits',
    { forms: ['…Z'], otherForms: 'ignored' },
    `${at(documented)}&to_date=2025-07-18T13:00:00Z`,
    '4h 12h ',
    '-10h -4h 0h 4h 12h ',
  ],
  [
    'any date is refused',
    { forms: [] },
    'to_date=2025-07-18T12:00:00Z&sort_dir=ASC',
    '-10h -4h 0h 4h ',
    noTime('to_date'),
  ],
])('%s', (_, dates, text, friendly, answer) => {
  expect(joined(idsOf(hours(), text))).toBe(friendly);
  expect(joined(idsOf(hours(), text, { dates }))).toBe(answer);
});
