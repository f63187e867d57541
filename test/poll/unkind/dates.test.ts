import { describe, test } from 'vitest';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';
import { inForm } from '../../support/form.ts';
import { behaving, expectCounted, expectCountedOrSaid, type Moment, some } from './unkind.ts';

type Dates = NonNullable<BehaviourChange['dates']>;

const readings: [string, Dates][] = [
  ['read as UTC where there is a Z', { zone: 'z-is-utc' }],
  ['always read as UTC', { zone: 'utc' }],
  ['cut to the day in UTC', { precision: 'day-utc' }],
  ['cut to the day in GMT+8', { precision: 'day-gmt8' }],
  ['cut to the day, and the bounds are not included', { precision: 'day-utc', from: 'exclusive', to: 'exclusive' }],
  ['cut to the second, and the bounds are not included', { precision: 'second', from: 'exclusive' }],
  ['bounds that are not included', { from: 'exclusive', to: 'exclusive' }],
  ['read as UTC where there is a Z, and limit the update', { zone: 'z-is-utc', field: 'update' }],
  ['those of the end', { field: 'end', from: 'exclusive' }],
  ['known as days alone', { forms: ['YYYY-MM-DD'] }],
  ['known as milliseconds alone', { forms: ['milliseconds'] }],
  ['known as days alone, and others are ignored', { forms: ['YYYY-MM-DD'], otherForms: 'ignored' }],
];

describe('from_date and to_date are', () => {
  const few = inForm(400, 3_000);
  test.each(
    some(
      (['from the first start on', 'from the middle of the first sweep on'] as const).flatMap((moment) =>
        readings.map(([reading, dates]): [string, Moment, Dates] => [reading, moment, dates]),
      ),
      7,
    ),
  )(`%s, %s: ${few} runs are counted`, async (_, moment, dates) => {
    await expectCounted(await behaving(moment, { dates }, few));
  });

  // More than can be paged.
  const many = inForm(700, 30_000);
  const paging = inForm({ maxOffset: 400 }, {});
  test.each(some(readings, 4))(`%s: ${many} runs are counted, or it is said that they can't be`, async (_, dates) => {
    await expectCountedOrSaid(await behaving('from the first start on', { dates, paging }, many));
  });
});
