import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ListEnd } from '../../../src/secmaster/api/secmaster.ts';
import { readWorkspaces, type WorkspacePage } from '../../../src/secmaster/api/workspace-list.ts';

/** However SecMaster pages its workspaces, the list ends, and says whether it was read completely. */

const maxPages = 101;
const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `w${from + i}`);
const page = (count: number | null, of: readonly string[]): WorkspacePage => ({
  count,
  rows: of.map((id) => ({ id })),
});

async function read(answer: (offset: number, request: number) => WorkspacePage) {
  const found = new Set<string>();
  let requests = 0;
  let pages = 0;
  const ends: ListEnd[] = [];
  const readPage = async (offset: number) => answer(offset, requests++);
  const watch = { onPage: () => void pages++, onEnd: (ended: ListEnd) => void ends.push(ended) };
  for await (const rows of readWorkspaces(readPage, watch)) for (const { id } of rows) if (id) found.add(id);
  expect([pages, ends.length]).toEqual([requests, 1]);
  return { found: found.size, requests, end: ends[0] };
}

/** A list of so many, in pages of so many. */
const honest =
  (total: number, size: number, count: number | null = total) =>
  (offset: number) =>
    page(count, ids(Math.min(offset, total), Math.min(offset + size, total)));

const stuck = 'the list does not advance: a page has nothing new';
const early = 'an empty page before the end';

test.each<[string, (offset: number, request: number) => WorkspacePage, object, boolean, string | null]>([
  ['no workspaces', honest(0, 100), { found: 0, requests: 1 }, true, null],
  ['one page', honest(7, 100), { found: 7, requests: 2 }, true, null],
  ['short pages', honest(130, 10), { found: 130, requests: 14 }, true, null],
  ['no count', honest(130, 100, null), { found: 130, requests: 2 }, true, null],
  ['a count of 0', honest(130, 100, 0), { found: 130, requests: 2 }, true, null],
  ['a count that is too high', honest(130, 100, 133), { found: 130, requests: 4 }, false, early],
  ['offset ignored, everything on one page', () => page(7, ids(0, 7)), { found: 7, requests: 2 }, true, stuck],
  ['offset ignored, one page of two', () => page(130, ids(0, 100)), { found: 100, requests: 2 }, false, stuck],
  ['offset ignored, no count, a full page', () => page(null, ids(0, 100)), { found: 100, requests: 2 }, false, stuck],
  ['offset ignored, no count, a short page', () => page(null, ids(0, 7)), { found: 7, requests: 2 }, false, stuck],
  ['rows without an id for ever', () => ({ count: null, rows: [{ id: null }] }), { found: 0, requests: 1 }, true, null],
  [
    'one empty page in between',
    (offset, request) => (request === 1 ? page(300, []) : honest(300, 100)(offset)),
    { found: 300, requests: 5 },
    true,
    null,
  ],
  [
    'new ids for ever',
    (offset) => page(null, ids(offset, offset + 1)),
    { found: 101, requests: 101 },
    false,
    'the list is longer than 101 requests',
  ],
])('%s', async (_, answer, expected, isComplete, problem) => {
  const { end, ...rest } = await read(answer);
  expect(rest).toEqual(expected);
  expect(end).toMatchObject({ isComplete, problem });
});

describe('whatever SecMaster answers', () => {
  const some = <A>(...values: A[]) => fc.constantFrom(...values);

  test('the requests are bounded', async () => {
    const anyPage = fc.record({
      count: some<number | null>(null, 0, 1, 50, 1e9),
      rows: fc.array(fc.record({ id: fc.oneof(fc.constant(null), fc.stringMatching(/^[a-z]{1,3}$/)) }), {
        maxLength: 4,
      }),
    });
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(anyPage), async (pages) => {
        const { requests } = await read(() => pages.next().value as WorkspacePage);
        expect(requests).toBeLessThanOrEqual(maxPages);
      }),
    );
  });

  test('a list that is said to be complete is complete if its count is right or absent', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(350),
        some(1, 7, 50, 100),
        some('right', 'absent'),
        fc.uniqueArray(fc.nat(6)),
        fc.boolean(),
        async (total, size, counted, emptyAt, isOffsetIgnored) => {
          const isHidden = counted === 'absent' && (emptyAt.length > 0 || isOffsetIgnored);
          const list = honest(total, size, counted === 'right' ? total : null);
          const { found, end } = await read((offset, request) =>
            emptyAt.includes(request)
              ? page(counted === 'right' ? total : null, [])
              : list(isOffsetIgnored ? 0 : offset),
          );
          if (end?.isComplete === true && !isHidden) expect(found).toBe(total);
          if (end?.isComplete === false) expect(end.problem).not.toBeNull();
        },
      ),
    );
  });
});
