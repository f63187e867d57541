import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DateForm, type DatesFound, dateForms } from '../../../src/model/profile.ts';
import { maxProbeRequests } from '../../../src/poll/profile/probe.ts';
import { noFilters } from '../../../src/secmaster/api/filters.ts';
import {
  type Behaviour,
  type BehaviourChange,
  changed,
  friendly as defaults,
} from '../../../src/simulator/behaviour.ts';
import { behaviours, oneSwitch, switchNames } from '../../support/world/behaviours.ts';
import { createProbing, type Found } from './probing.ts';

const friendly: Found = {
  page: { rows: 100, limit: 100 },
  offset: 'honoured',
  order: 'update_time',
  count: 'exact',
  dates: { form: '…Z+0800', field: 'start', precisionMs: 1_000 },
  idFilter: 'honoured',
  statusFilter: 'honoured',
};
const start = (form: DateForm, precisionMs = 1_000): Found => ({ dates: { form, field: 'start', precisionMs } });
const byEnd: Found = { dates: { form: '…Z+0800', field: 'end', precisionMs: 1_000 } };
const day = 24 * 3_600_000;
const unknown = undefined;

/** What is found otherwise; `undefined`: not at all. */
const table: readonly (readonly [what: string, BehaviourChange, Found | Record<string, unknown>])[] = [
  ['pages of 10 rows', { paging: { maxRows: 10 } }, { page: { rows: 10, limit: 100 }, order: unknown }],
  ['pages of 50 rows', { paging: { maxRows: 50 } }, { page: { rows: 50, limit: 100 } }],
  ['pages of 99 rows', { paging: { maxRows: 99 } }, { page: { rows: 99, limit: 100 } }],
  ['a limit of at most 10', { paging: { maxLimit: 10 } }, { page: { rows: 10, limit: 10 }, order: unknown }],
  ['a limit of at most 50', { paging: { maxLimit: 50 } }, { page: { rows: 50, limit: 50 } }],
  ['a limit of at most 99', { paging: { maxLimit: 99 } }, { page: { rows: 50, limit: 50 } }],
  ['no offset', { paging: { maxOffset: 0 } }, { offset: 'ignored', depth: 100, count: unknown }],
  ['no more than 100 rows', { paging: { maxWindow: 100 } }, { depth: 100 }],
  ['an offset that is ignored', { paging: { offset: 'ignored' } }, { offset: 'ignored', count: unknown }],
  [
    'every other first page empty',
    { paging: { emptyPage: { page: 1, times: 'every-other-time' } } },
    { order: unknown },
  ],
  [
    'every first page empty',
    { paging: { emptyPage: { page: 1, times: 'always' } } },
    Object.fromEntries(Object.keys(friendly).map((name) => [name, unknown])),
  ],
  ['pages that overlap by a row', { paging: { duplicateRows: 1 } }, { count: 'inexact' }],
  ['pages that overlap by 20 rows', { paging: { duplicateRows: 20 } }, { count: 'inexact' }],
  ['a row too many', { paging: { extraRows: 1 } }, { page: { rows: 101, limit: 100 } }],
  ['50 rows too many', { paging: { extraRows: 50 } }, { page: { rows: 150, limit: 100 } }],

  ['a sort_key that is ignored', { order: { sortKey: 'ignored' } }, { order: 'create_time' }],
  ['update_time refused', { order: { sortKey: 'update-time-refused' } }, { order: 'create_time' }],
  ['every sort_key refused', { order: { sortKey: 'refused' } }, { order: 'default' }],
  ['every sort_dir refused', { order: { sortDir: 'refused' } }, { order: 'default' }],
  [
    'every sort_key refused, and the oldest first',
    { order: { sortKey: 'refused', rows: 'as-inserted' } },
    { order: 'none' },
  ],
  ['the oldest first', { order: { rows: 'as-inserted' } }, { order: 'none' }],
  ['another order each time', { order: { rows: 'random' } }, { order: 'none', offset: unknown, count: unknown }],

  ['dates of update_time', { dates: { field: 'update' } }, byEnd],
  ['dates of end_time', { dates: { field: 'end' } }, byEnd],
  ['dates that are ignored', { dates: { field: 'ignored' } }, { dates: 'unusable' }],
  ['dates whose Z is UTC', { dates: { zone: 'z-is-utc' } }, start('…+08:00')],
  ['dates that are UTC', { dates: { zone: 'utc' } }, start('…Z')],
  ['dates cut to the day in UTC', { dates: { precision: 'day-utc' } }, start('…Z+0800', day)],
  ['dates cut to the day in China', { dates: { precision: 'day-gmt8' } }, start('…Z+0800', day)],
  ['no form of dates', { dates: { forms: [] } }, { dates: 'unusable' }],
  ['dates with a colon', { dates: { forms: ['…+08:00'] } }, start('…+08:00')],
  ['dates in UTC alone', { dates: { forms: ['…Z'] } }, start('…Z')],
  ['dates in UTC, or they are ignored', { dates: { forms: ['…Z'], otherForms: 'ignored' } }, start('…Z')],
  ['dates in milliseconds', { dates: { forms: ['milliseconds'] } }, start('milliseconds')],
  ['dates without a time of day', { dates: { forms: ['YYYY-MM-DD'] } }, start('YYYY-MM-DD', day)],

  ['id ignored', { filters: { id: 'ignored' } }, { idFilter: 'not_honoured' }],
  ['id refused', { filters: { id: 'refused' } }, { idFilter: 'not_honoured' }],
  ['status ignored', { filters: { status: 'ignored' } }, { statusFilter: 'not_honoured' }],
  ['status refused', { filters: { status: 'refused' } }, { statusFilter: 'not_honoured' }],

  ['a count of all rows', { count: { of: 'all' } }, { count: 'inexact' }],
  ["a count of the page's rows", { count: { of: 'page' } }, { count: 'inexact' }],
  ['a count of at most 0', { count: { cap: 0 } }, { count: 'inexact' }],
  ['a count of at most 10', { count: { cap: 10 } }, { count: 'inexact' }],
  ['a count that is one too high', { count: { offBy: 1 } }, { count: 'inexact' }],
  ['a count that is three too high', { count: { offBy: 3 } }, { count: 'inexact' }],
  ['a count that is two too low', { count: { offBy: -2 } }, { count: 'inexact' }],
  ['a count that drifts by one', { count: { drift: 1 } }, { count: 'inexact' }],
  ['a count that drifts by four', { count: { drift: 4 } }, { count: 'inexact' }],
  ['a count that is always 0', { count: { shown: 'zero' } }, { count: 'inexact' }],
  ['no count', { count: { shown: 'absent' } }, { count: 'absent' }],
  ['a count of null', { count: { shown: 'null' } }, { count: 'absent' }],
  ['a count of -1', { count: { shown: 'minus-one' } }, { count: 'absent' }],
  ['a count with a fraction', { count: { shown: 'fraction' } }, { count: 'absent' }],
];

/** On a clock that stands still, nobody can wait. */
const slow = ['load.perSecond', 'load.retryAfter', 'load.msPerPage'] as const;

/** Different ones of a switch. */
function drawn(name: (typeof switchNames)[number], numRuns: number): readonly BehaviourChange[] {
  const arbitrary = oneSwitch(switchNames.filter((other) => other !== name));
  const changes = fc.sample(arbitrary, { numRuns, seed: 1 });
  return [...new Map(changes.map((change) => [JSON.stringify(change), change])).values()];
}

/** Or is one of several like it. */
const isTold = (change: BehaviourChange) =>
  table.some(([, told]) => isDeepStrictEqual(told, change)) ||
  change.paging?.emptyPage?.page === 1 ||
  change.replicas?.lagMs === 3_600_000 ||
  (change.dates?.forms !== undefined && !change.dates.forms.includes('…Z+0800'));

const many = createProbing();

describe('of 300 rows', () => {
  test('a friendly SecMaster is found out in 15 requests at the most', async () => {
    const { found, queries } = await many.probe();
    expect(found).toEqual(friendly);
    expect(queries.length).toBeLessThanOrEqual(15);
  });

  test.each(table)('%s', async (_, behaviour, otherwise) => {
    const { found, queries } = await many.probe(behaviour);
    // What is undefined goes.
    expect(found).toEqual(JSON.parse(JSON.stringify({ ...friendly, ...otherwise })));
    expect(queries.length).toBeLessThanOrEqual(maxProbeRequests);
  });

  test.each(switchNames.filter((name) => !slow.some((one) => one === name)))(
    '%s: what is not told above changes nothing that is found',
    async (name) => {
      for (const behaviour of drawn(name, 12).filter((change) => !isTold(change))) {
        const { found } = await many.probe(behaviour);
        expect(found, JSON.stringify(behaviour)).toEqual(friendly);
      }
    },
  );
});

describe('of few rows or none', () => {
  test.each([5, 0])('of %d rows nothing is thrown, and no more is asked than is stated', async (rows) => {
    const few = createProbing({ rows });
    for (const name of switchNames.filter((one) => !slow.some((other) => other === one))) {
      for (const behaviour of drawn(name, 4)) {
        const { queries } = await few.probe(behaviour);
        expect(queries.length, JSON.stringify(behaviour)).toBeLessThanOrEqual(maxProbeRequests);
      }
    }
  });

  test('of none nothing is found, in two requests', async () => {
    const { found, queries } = await createProbing({ rows: 0 }).probe();
    expect([found, queries.length]).toEqual([{}, 2]);
  });

  test('of five almost all is found', async () => {
    const { world, clock, ...few } = createProbing({ rows: 0 });
    for (const minute of [1, 2, 3, 4, 5]) {
      clock.advance(60_000);
      const id = world.start(clock.now());
      if (minute < 5) world.finish(id, clock.now() + 20_000);
    }
    clock.advance(60_000);
    const { page: _, order, ...rest } = friendly;
    expect((await few.probe()).found).toEqual(rest);
    expect((await few.probe({ order: { rows: 'as-inserted' } })).found).toEqual({ ...rest, order: 'none' });
  });
});

describe('whatever happens meanwhile', () => {
  test('rows come and change', async () => {
    const busy = createProbing({ rows: 10_000 });
    expect((await busy.probe()).found).toMatchObject(friendly);
  });

  test('every third answer is an hour old', async () => {
    const { count: _, ...rest } = friendly;
    expect((await many.probe({ replicas: { lagEvery: 3, lagMs: 3_600_000 } })).found).toMatchObject(rest);
  });

  test.each<[string, (row: Record<string, unknown>) => unknown]>([
    ['have no times', (row) => ({ ...row, start_time: null, end_time: null })],
    ['are of 1970', (row) => ({ ...row, start_time: '1970-01-01T08:00:00.000Z+0800' })],
    ['end in the future', (row) => ({ ...row, end_time: '2036-01-01T08:00:00.000Z+0800' })],
    ['end before they start', (row) => ({ ...row, end_time: '2026-07-01T08:00:00.000Z+0800' })],
    ['start in another zone', (row) => ({ ...row, start_time: String(row.start_time).replace('+0800', '+0000') })],
    ["can't be read", () => ({ id: null })],
  ])('some rows %s', async (_, raw) => {
    const odd = createProbing();
    const rows = [...odd.world.instances.values()].filter(({ sequence }) => sequence % 15 === 0);
    for (const { id, updateTimeMs } of rows) odd.world.set(id, odd.clock.now(), { raw, updateTimeMs });
    expect((await odd.probe()).found).toEqual(friendly);
  });

  test.each([0, 1, 2, 3, 4, 5, 6])('two of seven rows started later than they say (from %d on)', async (nth) => {
    const odd = createProbing();
    for (const { id, sequence, startTimeMs, updateTimeMs } of [...odd.world.instances.values()])
      if ((sequence + nth) % 7 < 2 && startTimeMs !== null)
        odd.world.set(id, odd.clock.now(), { startTimeMs: startTimeMs - 600_000, updateTimeMs });
    expect((await odd.probe()).found.dates).toEqual(friendly.dates);
  });

  test('most rows were retried, which moved their starts', async () => {
    const retried = createProbing({ rows: 0 });
    await retried.probe({ retries: { startTime: 'moved' } });
    for (let minute = 0; minute < 90; minute += 1) {
      const atMs = retried.clock.now();
      const id = retried.world.start(atMs);
      if (minute % 3 > 0) {
        retried.world.fail(id, atMs + 10_000, 'Query', 'timeout');
        retried.world.retry(id, atMs + 20_000);
      }
      // Each fifth one ends after the next two.
      retried.world.finish(id, atMs + (minute % 5 === 0 ? 170_000 : 40_000));
      retried.clock.advance(60_000);
    }
    const { found } = await retried.probe({ retries: { startTime: 'moved' } });
    expect([found.dates, found.order]).toEqual([friendly.dates, 'update_time']);
  });

  test('a count that drifts by one is hardly ever taken for exact', async () => {
    const probing = createProbing();
    const { id, status } = { id: 'ignored', status: 'ignored' } as const;
    const behaviour = { count: { drift: 1 }, filters: { id, status }, dates: { field: 'ignored' } } as const;
    let exact = 0;
    for (let time = 0; time < 30; time += 1) if ((await probing.probe(behaviour)).found.count === 'exact') exact += 1;
    expect(exact).toBeLessThan(3);
  });

  test('every other answer is empty, and dates are cut to the day or ignored', async () => {
    const { found } = await many.probe({
      paging: { emptyPage: { page: 1, times: 'every-other-time' } },
      dates: { precision: 'day-gmt8', forms: ['…Z'], otherForms: 'ignored' },
    });
    expect([undefined, 'unusable']).toContain(found.dates);
  });

  test('the ids and statuses of rows that are filtered out here are met too', async () => {
    const filters = { ...noFilters, triggerType: ['EVENT', 'TIMER'] };
    expect((await createProbing({ filters }).probe()).found).toMatchObject({ ...friendly, dates: expect.anything() });
  });
});

test('the document states the same bound', () => {
  const markdown = readFileSync(join(import.meta.dirname, '../../../docs/secmaster-api.md'), 'utf8');
  expect(markdown.replaceAll('\n', ' ')).toContain(`never more than ${maxProbeRequests}.`);
});

test('whatever SecMaster is like, no wrong thing is found, and no more is asked than is stated', async () => {
  await fc.assert(
    fc.asyncProperty(behaviours(slow), async (change) => {
      const { found, queries } = await many.probe(change);
      expect(queries.length).toBeLessThanOrEqual(maxProbeRequests);
      expect(wrongIn(found, changed(defaults, change))).toEqual([]);
    }),
    { numRuns: 60, seed: 1 },
  );
});

function wrongIn({ offset, order, count, idFilter, statusFilter, dates }: Found, behaviour: Behaviour): string[] {
  const { paging, order: sort, filters, count: told } = behaviour;
  const isUnsorted = sort.rows !== 'sorted' || (sort.sortDir === 'refused' && order !== 'default');
  const isCount = told.of === 'matching' && told.offBy === 0 && told.drift === 0 && (told.cap ?? 10_000) >= 10_000;
  const none = ['ignored', 'refused'];
  const wrong = {
    offset: offset === 'honoured' && paging.offset === 'ignored',
    order: order !== undefined && order !== 'none' && isUnsorted,
    update_time: order === 'update_time' && sort.sortKey !== 'honoured',
    count: count === 'exact' && !(isCount && ['number', 'text'].includes(told.shown)),
    id: idFilter === 'honoured' && none.includes(filters.id),
    status: statusFilter === 'honoured' && none.includes(filters.status),
    dates: dates !== undefined && dates !== 'unusable' && !isRight(dates, behaviour.dates),
  };
  return Object.entries(wrong).flatMap(([name, isWrong]) => (isWrong ? [name] : []));
}

function isRight({ form, field, precisionMs }: DatesFound, dates: Behaviour['dates']): boolean {
  if (dates.field === 'ignored' || !dates.forms.includes(form)) return false;
  if (precisionMs > 1_000) return true;
  const readAs = {
    'as-written': dateForms,
    'z-is-utc': dateForms.filter((one) => one !== '…Z+0800'),
    utc: ['…Z', 'milliseconds'],
    gmt8: dateForms.filter((one) => one !== '…Z'),
  }[dates.zone];
  const isField = field === (['create', 'start'].includes(dates.field) ? 'start' : 'end');
  return isField && !dates.precision.startsWith('day') && readAs.some((one) => one === form);
}
