import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createRound,
  type PageLength,
  type Place,
  type RoundEnd,
  type RoundOptions,
} from '../../../src/secmaster/api/pager.ts';
import { SecMasterError } from '../../../src/secmaster/http/errors.ts';

/** However SecMaster pages a list, a round ends, and says whether it has met everything. */

interface Page {
  readonly ids: readonly string[];
  readonly count: number | null;
}
type Answer = (place: Place, request: number) => Page;

const maxRequests = 200;
const ids = (from: number, to: number) => Array.from({ length: Math.max(0, to - from) }, (_, i) => `i${from + i}`);
const refused = () => new SecMasterError('bad_request', 'list_instances', '400');
const tooLarge = () => new SecMasterError('body_too_large', 'list_instances', 'too large');

/** A list of so many, in pages of at most so many. */
const honest =
  (total: number, count: number | null = total, maxRows = 100): Answer =>
  ({ offset, limit }) => ({ count, ids: ids(offset, Math.min(offset + Math.min(limit, maxRows), total)) });

type Settings = Partial<Pick<RoundOptions<Page>, 'counts' | 'isStrict'>> & { readonly fullRows?: number | null };

async function read(answer: Answer, { fullRows = null, counts = 'unknown', isStrict = true }: Settings = {}) {
  const length: PageLength = { limit: 100, fullRows };
  const round = createRound<Page>({
    ids: (page) => page.ids,
    count: (page) => page.count,
    length,
    counts,
    isStrict,
    maxRequests,
  });
  let requests = 0;
  const ask = async (place: Place) => answer(place, ++requests);
  while ((await round.next(ask)) !== null);
  return { round, requests, length, found: round.met.size, end: round.end() as RoundEnd };
}

const stuck = 'the list does not advance: a page has nothing new';
const early = 'an empty page before the end';
const large = 'a row is larger than a response may be';
const strict = { isStrict: true } as const;
const quick = { isStrict: false } as const;

test.each<[string, Answer, Settings, { found: number; requests: number }, RoundEnd]>([
  ['nothing', honest(0), quick, { found: 0, requests: 1 }, { kind: 'complete', problem: null }],
  ['nothing, three times', honest(0), strict, { found: 0, requests: 3 }, { kind: 'complete', problem: null }],
  ['a page', honest(7), quick, { found: 7, requests: 2 }, { kind: 'complete', problem: null }],
  [
    'a page, where longer ones are known',
    honest(7),
    { ...quick, fullRows: 100 },
    { found: 7, requests: 1 },
    { kind: 'complete', problem: null },
  ],
  [
    'a page that an exact count confirms',
    honest(7),
    { ...strict, counts: 'exact' },
    { found: 7, requests: 1 },
    { kind: 'complete', problem: null },
  ],
  [
    'an empty page, and two short ones there',
    honest(130),
    strict,
    { found: 130, requests: 5 },
    { kind: 'complete', problem: null },
  ],
  [
    'short pages without a count',
    honest(300, null, 50),
    quick,
    { found: 300, requests: 7 },
    { kind: 'complete', problem: null },
  ],
  [
    'short pages with a count of 0',
    honest(300, 0, 50),
    strict,
    { found: 300, requests: 9 },
    { kind: 'complete', problem: null },
  ],
  [
    'a short page that a count contradicts',
    honest(300, 300, 50),
    { ...quick, fullRows: 100 },
    { found: 300, requests: 6 },
    { kind: 'complete', problem: null },
  ],
  [
    'pages whose count has become 0, though it was exact',
    honest(342, 0),
    { ...quick, counts: 'exact' },
    { found: 342, requests: 4 },
    { kind: 'complete', problem: null },
  ],
  [
    'pages whose count has become 0, though it was exact, with proof',
    honest(342, 0),
    { ...strict, counts: 'exact' },
    { found: 342, requests: 7 },
    { kind: 'complete', problem: null },
  ],
  [
    'pages whose count is that of the page, though it was of all',
    (place, n) => ({ ...honest(342)(place, n), count: honest(342)(place, n).ids.length }),
    { ...quick, counts: 'exact', fullRows: 100 },
    { found: 342, requests: 4 },
    { kind: 'complete', problem: null },
  ],
  [
    'an empty page with a count of 0 amid a list with an exact one, once',
    (place, n) => (n === 3 ? { count: 0, ids: [] } : honest(342)(place, n)),
    { ...quick, counts: 'exact' },
    { found: 342, requests: 5 },
    { kind: 'complete', problem: null },
  ],
  [
    'a count that is too high, after an empty page',
    honest(130, 133),
    strict,
    { found: 130, requests: 5 },
    { kind: 'complete', problem: null },
  ],
  [
    'an offset that counts pages',
    ({ offset, limit }) => honest(600, null)({ offset: offset * limit, limit }, 0),
    strict,
    { found: 100, requests: 5 },
    { kind: 'bottom', problem: 'offset does not count rows' },
  ],
  [
    'each row twice on its page, beside the others',
    (place) => {
      const { ids: rows, count } = honest(230)(place, 0);
      return { count, ids: rows.flatMap((id) => [id, id]) };
    },
    strict,
    { found: 230, requests: 6 },
    { kind: 'complete', problem: null },
  ],
  [
    'rows twice on their page, in place of others',
    (place) => {
      const { ids: rows, count } = honest(230)(place, 0);
      return { count, ids: [...rows.slice(0, -10), ...rows.slice(0, Math.min(10, rows.length))] };
    },
    quick,
    { found: 230, requests: 4 },
    { kind: 'complete', problem: null },
  ],
  [
    'a list that is refused from row 200 on',
    (place, n) => {
      if (place.offset + place.limit > 200) throw refused();
      return honest(500)(place, n);
    },
    strict,
    { found: 200, requests: 3 },
    { kind: 'bottom', problem: null },
  ],
  [
    'offset ignored',
    ({ limit }) => ({ count: null, ids: ids(0, limit) }),
    strict,
    { found: 100, requests: 2 },
    { kind: 'bottom', problem: stuck },
  ],
  [
    'offset ignored, where pages can be longer',
    () => ({ count: null, ids: ids(0, 30) }),
    { ...strict, fullRows: 100 },
    { found: 30, requests: 2 },
    { kind: 'complete', problem: stuck },
  ],
  [
    'one empty page amid the list, once',
    (place, n) => (n === 2 ? { count: 400, ids: [] } : honest(400)(place, n)),
    quick,
    { found: 400, requests: 6 },
    { kind: 'complete', problem: null },
  ],
  [
    'one empty page amid the list, without a count, once',
    (place, n) => (n === 2 ? { count: null, ids: [] } : honest(400, null)(place, n)),
    strict,
    { found: 400, requests: 9 },
    { kind: 'complete', problem: null },
  ],
  [
    'one empty page amid the list, always, however long',
    (place, n) => (place.offset === 100 ? { count: null, ids: [] } : honest(400, null)(place, n)),
    strict,
    { found: 399, requests: 41 },
    { kind: 'incomplete', problem: early },
  ],
  [
    'a page that is too large',
    (place, n) => {
      if (place.limit > 30) throw tooLarge();
      return honest(100)(place, n);
    },
    quick,
    { found: 100, requests: 7 },
    { kind: 'complete', problem: null },
  ],
  [
    'a row that is too large',
    (place, n) => {
      if (place.offset <= 10 && place.offset + place.limit > 10) throw tooLarge();
      return honest(12)(place, n);
    },
    quick,
    { found: 11, requests: 16 },
    { kind: 'incomplete', problem: large },
  ],
  [
    'no row that is small enough',
    (place, n) => {
      if (place.offset >= 100) throw tooLarge();
      return honest(500)(place, n);
    },
    strict,
    { found: 100, requests: 41 },
    { kind: 'incomplete', problem: large },
  ],
  [
    'no page but the first one, whatever its length',
    (place, n) => (place.offset > 0 ? { count: 500, ids: [] } : honest(500)(place, n)),
    { ...strict, counts: 'exact' },
    { found: 100, requests: 42 },
    { kind: 'incomplete', problem: early },
  ],
  [
    'new ids for ever',
    ({ offset }) => ({ count: null, ids: ids(offset, offset + 1) }),
    strict,
    { found: maxRequests, requests: maxRequests },
    { kind: 'incomplete', problem: `the list is longer than ${maxRequests} requests` },
  ],
])('%s', async (_, answer, settings, expected, end) => {
  const { found, requests, end: ended } = await read(answer, settings);
  expect({ found, requests }).toEqual(expected);
  expect(ended).toEqual(end);
});

test('a refusal of the first page is no bottom, and is thrown', async () => {
  const always = () => {
    throw refused();
  };
  await expect(read(always)).rejects.toThrow('400');
});

test('a limit that was too large is not asked for again', async () => {
  const { length } = await read((place, n) => {
    if (place.limit > 30) throw tooLarge();
    return honest(100)(place, n);
  });
  expect(length).toEqual({ limit: 25, fullRows: 25 });
});

describe('rows may have slipped over the edge between two pages', () => {
  const pages =
    (...list: [string, number?][]): Answer =>
    (_, n) => ({ ids: [...(list[n - 1]?.[0] ?? '')], count: list[n - 1]?.[1] ?? null });
  const first = { mayHaveSlipped: false, isDisordered: false, rows: 3 };

  test.each<[string, Answer, number, { mayHaveSlipped: boolean; isDisordered: boolean; rows: number }]>([
    ['not on the first page', pages(['abc']), 1, first],
    ['not where all rows are new', pages(['abc'], ['def']), 2, { ...first, rows: 6 }],
    [
      'where the page begins with what the one before ended with',
      pages(['abc'], ['bcd']),
      2,
      { mayHaveSlipped: true, isDisordered: false, rows: 4 },
    ],
    [
      'in disorder where a row comes again elsewhere',
      pages(['abc'], ['dae']),
      2,
      { mayHaveSlipped: false, isDisordered: true, rows: 6 },
    ],
    [
      'in disorder where rows come again in another order',
      pages(['abc'], ['cbd']),
      2,
      { mayHaveSlipped: false, isDisordered: true, rows: 6 },
    ],
    [
      'in disorder once and for all',
      pages(['abc'], ['dae'], ['fgh']),
      3,
      { mayHaveSlipped: false, isDisordered: true, rows: 9 },
    ],
    [
      'where an exact count has shrunk',
      pages(['abc', 9], ['def', 8]),
      2,
      { mayHaveSlipped: true, isDisordered: false, rows: 6 },
    ],
    [
      'not where the count has grown',
      pages(['abc', 8], ['def', 9]),
      2,
      { mayHaveSlipped: false, isDisordered: false, rows: 6 },
    ],
  ])('%s', async (_, answer, steps, expected) => {
    const length = { limit: 100, fullRows: null };
    const round = createRound<Page>({
      ids: (page) => page.ids,
      count: (page) => page.count,
      length,
      counts: 'exact',
      isStrict: true,
      maxRequests,
    });
    let requests = 0;
    for (let i = 0; i < steps; i++) await round.next(async (place) => answer(place, ++requests));
    expect({ mayHaveSlipped: round.mayHaveSlipped(), isDisordered: round.isDisordered(), rows: round.rows() }).toEqual(
      expected,
    );
  });
});

describe('whatever SecMaster answers', () => {
  const some = <A>(...values: A[]) => fc.constantFrom(...values);
  const settings = fc.record({
    counts: some<'exact' | 'unknown' | 'inexact'>('exact', 'unknown', 'inexact'),
    isStrict: fc.boolean(),
    fullRows: some(null, 1, 50, 100),
  });

  test('the requests are bounded', async () => {
    const anyPage = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          count: some<number | null>(null, 0, 1, 50, 1e9),
          ids: fc.array(fc.stringMatching(/^[a-z]{1,3}$/), { maxLength: 4 }),
        }),
      },
      { weight: 1, arbitrary: some(refused(), tooLarge()) },
    );
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(anyPage), settings, async (answers, chosen) => {
        let requests = 0;
        await read(() => {
          requests++;
          const { value } = answers.next();
          if (value instanceof Error) throw value;
          return value as Page;
        }, chosen).catch((error: unknown) => expect(error).toBeInstanceOf(SecMasterError));
        expect(requests).toBeLessThanOrEqual(maxRequests + 3);
      }),
    );
  });

  test('a strict round that is complete has met everything, whatever the count says and however long pages are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(350),
        some(1, 7, 50, 100),
        some<number | null>(null, 0, 10, 1e6),
        fc.option(fc.nat(5)),
        some<'unknown' | 'inexact'>('unknown', 'inexact'),
        some(null, 50, 100),
        async (total, maxRows, count, emptyPage, counts, fullRows) => {
          const list = honest(total, count, maxRows);
          const isEmpty = ({ offset, limit }: Place) => Math.floor(offset / Math.min(limit, maxRows)) === emptyPage;
          const answer: Answer = (place, n) => (isEmpty(place) ? { count, ids: [] } : list(place, n));
          const { found, end } = await read(answer, { isStrict: true, counts, fullRows });
          // A single row beneath an empty page can't be told from the end.
          const isTold = emptyPage === null || (maxRows > 1 && total > 1);
          if (end.kind === 'complete' && isTold) expect(found).toBe(total);
          if (end.kind === 'incomplete') expect(end.problem).not.toBeNull();
        },
      ),
    );
  });
});
