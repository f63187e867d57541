import { expect, test } from 'vitest';
import { maxProbeRequests, probe } from '../../../src/poll/profile/probe.ts';
import type { ListQuery, Page } from '../../../src/secmaster/api/secmaster.ts';
import { type ErrorKind, SecMasterError } from '../../../src/secmaster/http/errors.ts';
import { startMany } from '../../../src/simulator/crowd.ts';
import { instanceOf } from '../../support/secmaster/pages.ts';
import { createProbing, foundIn, startMs } from './probing.ts';

const errorOf = (kind: ErrorKind, code: string, httpStatus = 400) =>
  new SecMasterError(kind, 'list_instances', code, { httpStatus, code });

const rows = Array.from({ length: 400 }, (_, i) =>
  instanceOf({
    id: `id-${i}`,
    triggerType: 'EVENT',
    status: i % 3 === 0 ? 'FAILED' : 'FINISHED',
    startTimeMs: startMs - i * 60_000 - 30_000,
    endTimeMs: startMs - i * 60_000,
  }),
);

type FirstRow = (offset: number) => number;

/** A list that honours nothing but offset and limit, unless it refuses. */
async function asked(
  refusal: (query: ListQuery, number: number) => Error | null,
  firstRow: FirstRow = (offset) => offset,
) {
  const queries: ListQuery[] = [];
  const ask = async (query: ListQuery): Promise<Page> => {
    queries.push(query);
    const error = refusal(query, queries.length);
    if (error !== null) throw error;
    const { limit = 100 } = query;
    const offset = firstRow(query.offset);
    const instances = rows.slice(offset, offset + limit);
    return { count: rows.length, ids: instances.map(({ id }) => id), instances, filteredOut: [], rejected: [] };
  };
  const outcome = await probe(ask, () => startMs).then(
    (profile) => ({ profile, found: foundIn(profile), error: null }),
    (error: unknown) => ({ profile: {}, found: foundIn({}), error }),
  );
  return { ...outcome, queries };
}

test.each<[string, Error]>([
  ['an unknown workspace', errorOf('forbidden', '20010001', 403)],
  ['an unknown workspace, as a bad request', errorOf('bad_request', '20011003')],
  ['an unknown project', errorOf('bad_request', 'SecMaster.20030002')],
  ['wrong credentials', errorOf('unauthorized', 'APIGW.0301', 401)],
  ['too many requests', errorOf('throttled', 'APIGW.0308', 429)],
  ['an error that is not of SecMaster', new TypeError('a mistake')],
])('%s is thrown at once', async (_, refusal) => {
  const { error, queries } = await asked(() => refusal);
  expect([error, queries.length]).toEqual([refusal, 1]);
});

test('where even the plainest list is refused, the first refusal is thrown', async () => {
  const { error, queries } = await asked((_, number) => errorOf('bad_request', String(number)));
  expect(error).toMatchObject({ code: '1' });
  expect(queries.slice(-2)).toEqual([
    { offset: 0, limit: 10 },
    { offset: 0, limit: 1 },
  ]);
  expect(queries).toHaveLength(4);
});

test('an error in the middle is thrown', async () => {
  const { error } = await asked((_, number) => (number === 5 ? errorOf('server_error', 'APIGW.0601', 500) : null));
  expect(error).toMatchObject({ kind: 'server_error' });
});

test.each([
  [100, 50],
  [50, 10],
  [10, 1],
])('where the body of %d rows is too large, the limit is %d', async (tooLarge, limit) => {
  const { profile } = await asked((query) =>
    (query.limit ?? 100) >= tooLarge ? errorOf('body_too_large', '', 200) : null,
  );
  expect(profile).toMatchObject({
    page: { value: { rows: limit, limit }, how: `the body of ${tooLarge} is too large` },
  });
});

test('a row that alone is too large is thrown', async () => {
  const { error } = await asked(() => errorOf('body_too_large', '', 200));
  expect(error).toMatchObject({ kind: 'body_too_large' });
});

test('each of the limits and orders refused: the refusals are told', async () => {
  const { profile, queries } = await asked(({ limit = 100, sortKey }) => {
    if (limit > 10) return errorOf('bad_request', '20030001');
    return sortKey === 'update_time' ? errorOf('bad_request', '20030009') : null;
  });
  expect(profile).toMatchObject({
    page: { value: { rows: 10, limit: 10 }, how: 'limit 50 refused: 400 20030001' },
    order: { value: 'create_time', how: 'update_time refused: 400 20030009' },
    idFilter: { value: 'not_honoured', how: 'ignored: rows of other ids' },
    dates: { value: 'unusable', how: 'they limit nothing' },
  });
  expect(queries.length).toBeLessThanOrEqual(maxProbeRequests);
});

test.each([
  ['as documented', {}, 10_000],
  ['by the sum of offset and limit', { paging: { maxWindow: 9_999 } }, 9_900],
  ['far above', { paging: { maxOffset: 5_000 } }, 5_000],
  ['further above', { paging: { maxOffset: 1_000 } }, 100],
])('of 10,000 rows the depth is found: bounded %s', async (_, behaviour, depth) => {
  const deep = createProbing({ rows: 0 });
  startMany(deep.world, 10_100, { fromMs: startMs, withinMs: 3_600_000 }, { isOpen: false });
  deep.clock.advance(2 * 3_600_000);
  expect((await deep.probe(behaviour)).found.depth).toBe(depth);
});

test('dates are tried first in the form that was good before', async () => {
  const probing = createProbing();
  const behaviour = { dates: { zone: 'utc' } } as const;
  const first = await probing.probe(behaviour);
  const second = await probing.probe(behaviour, first.profile);
  expect(second.found).toEqual(first.found);
  expect(second.queries.find(({ dateForm }) => dateForm !== undefined)).toMatchObject({ dateForm: '…Z' });
  expect(second.queries.length).toBeLessThan(first.queries.length);
});

test('each finding is of the given time', async () => {
  const { profile } = await asked(() => null);
  expect(new Set(Object.values(profile).map(({ learnedMs }) => learnedMs))).toEqual(new Set([startMs]));
});

test.each<[string, FirstRow, unknown]>([
  ['honoured', (offset) => offset, 'honoured'],
  ['honoured, and a few new rows came', (offset) => Math.max(0, offset - 4), 'honoured'],
  ['ignored', () => 0, 'ignored'],
  ['that of a page', (offset) => offset * 5, 'ignored'],
  ['ignored, and the answer of some time ago', (offset) => (offset === 0 ? 0 : 20), 'ignored'],
])('an offset that is %s', async (_, firstRow, expected) => {
  const { found } = await asked(() => null, firstRow);
  expect(found.offset).toBe(expected);
});
