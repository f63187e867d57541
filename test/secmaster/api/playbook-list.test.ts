import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isId, labelText } from '../../../src/model/text.ts';
import { noFilters } from '../../../src/secmaster/api/filters.ts';
import { maxListedPlaybooks, parsePlaybooks, readPlaybooks } from '../../../src/secmaster/api/playbook-list.ts';
import { maxPlaybookRequests } from '../../../src/secmaster/api/secmaster.ts';
import { SecMasterError } from '../../../src/secmaster/http/errors.ts';
import { texts } from '../../fuzz/texts.ts';

/** Whatever SecMaster answers, the list of playbooks ends, and what is taken from it is printable and short. */

const row = (id: string, more: object = {}) => ({ id, name: `name of ${id}`, enabled: true, ...more });
const rows = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => row(`p${from + i}`));

async function read(answer: (offset: number, request: number) => unknown, filters = noFilters, maxLimit = 100) {
  let requests = 0;
  const readPage = async (offset: number, limit: number) => {
    if (limit > maxLimit) throw new SecMasterError('bad_request', 'list_playbooks', `refused: ${requests++}`);
    const page = parsePlaybooks(answer(offset, requests++));
    if (page === null) throw new Error('something else');
    return page;
  };
  const list = await readPlaybooks(readPage, { language: 'en', filters });
  return { ...list, requests };
}

const one = async (given: unknown) =>
  (await read((offset) => ({ total: 1, data: offset === 0 ? [given] : [] }))).playbooks;

test.each<[unknown, boolean | null]>([
  [true, true],
  [false, false],
  ['true', true],
  ['False', false],
  [1, true],
  [0, false],
  ['1', true],
  ['0', false],
  ['ENABLED', true],
  ['disabled', false],
  [undefined, null],
  [null, null],
  ['', null],
  ['perhaps', null],
  [2, null],
  [[true], null],
  [{}, null],
])('enabled %j is read as %j', async (enabled, isEnabled) => {
  expect((await one(row('a', { enabled })))[0]?.isEnabled).toBe(isEnabled);
});

test.each<[string, object, string]>([
  ['the name', { name: '隔离' }, '隔离'],
  ['the name in the configured language, if there is one', { name: '隔离', name_en: 'Isolate' }, 'Isolate'],
  ['the id, without a name', { name: '' }, 'a'],
  ['the id, where the name is no text', { name: { en: 'x' } }, 'a'],
  ['a printable name', { name: 'two\nlines\u202e' }, 'two lines\ufffd'],
])('a playbook is called by %s', async (_, fields, name) => {
  expect((await one({ id: 'a', ...fields }))[0]?.name).toBe(name);
});

test('each playbook comes once, and a row without an id that can be told from others is left out', async () => {
  const data = [
    row('a'),
    null,
    7,
    'x',
    [],
    {},
    row(''),
    row('a', { enabled: false }),
    row('b\u0000'),
    row('c'.repeat(200)),
  ];
  const { playbooks, unreadable } = await read((offset) => ({ total: data.length, data: offset === 0 ? data : [] }));
  expect([playbooks.map(({ playbookId, isEnabled }) => [playbookId, isEnabled]), unreadable]).toEqual([
    [['a', true]],
    8,
  ]);
});

const honest =
  (total: number, size: number, shown: unknown = total) =>
  (offset: number) => ({
    code: '0',
    total: shown,
    data: rows(offset, Math.min(offset + size, total)),
  });
const early = 'an empty page before the end';
const frozen = 'the list does not advance: a page has nothing new';

test.each<[string, (offset: number, request: number) => unknown, object]>([
  ['no playbooks', honest(0, 100), { found: 0, requests: 1, isComplete: true, problem: null }],
  [
    'no playbooks and no list',
    () => ({ total: 0, data: null }),
    { found: 0, requests: 1, isComplete: true, problem: null },
  ],
  ['one page', honest(7, 100), { found: 7, requests: 2, isComplete: true, problem: null }],
  ['short pages', honest(130, 10), { found: 130, requests: 14, isComplete: true, problem: null }],
  ['no total', honest(130, 100, undefined), { found: 130, requests: 2, isComplete: true, problem: null }],
  ['a total as text', honest(130, 100, '130'), { found: 130, requests: 2, isComplete: true, problem: null }],
  [
    'a total that is no number',
    honest(130, 100, { n: 1 }),
    { found: 130, requests: 2, isComplete: true, problem: null },
  ],
  ['a total that is too high', honest(7, 100, 9), { found: 7, isComplete: false, problem: early }],
  ['offset ignored', () => honest(130, 100)(0), { found: 100, requests: 2, isComplete: false, problem: frozen }],
  ['offset ignored, all on one page', () => honest(7, 100)(0), { found: 7, isComplete: true, problem: frozen }],
  [
    'new ids for ever, one at a time',
    (offset) => ({ total: 1, data: rows(offset, offset + 1) }),
    { found: 20, requests: 20, isComplete: false, problem: 'the list is longer than 20 requests' },
  ],
  [
    'new ids for ever, in large pages',
    (offset) => ({ data: rows(offset, offset + 900) }),
    {
      found: maxListedPlaybooks,
      requests: 3,
      isComplete: false,
      problem: `the list has more than ${maxListedPlaybooks} playbooks`,
    },
  ],
  [
    'rows without ids for ever',
    () => ({ data: [null, {}] }),
    { found: 0, requests: 20, isComplete: false, problem: 'the list is longer than 20 requests' },
  ],
])('%s', async (_, answer, expected) => {
  const { playbooks, ...rest } = await read(answer);
  expect({ found: playbooks.length, ...rest }).toMatchObject(expected);
});

test.each([
  [50, { found: 130, requests: 4, isComplete: true, problem: null }],
  [10, { found: 130, requests: 16, isComplete: true, problem: null }],
])('a limit above %i is refused: a lower one is tried', async (maxLimit, expected) => {
  const { playbooks, ...rest } = await read(honest(130, maxLimit), noFilters, maxLimit);
  expect({ found: playbooks.length, ...rest }).toMatchObject(expected);
});

test('a refusal of every limit is an error', async () => {
  await expect(read(honest(1, 1), noFilters, 0)).rejects.toThrow('refused: 2');
});

test.each<[string, unknown]>([
  ['null', null],
  ['a list', []],
  ['a text', 'playbooks'],
  ['an empty object', {}],
  ['a list of instances', { count: 0, instances: [] }],
  ['a failure', { success: false, code: 'SecMaster.20030001', data: rows(0, 3) }],
  ['a failure as text', { success: 'false', total: 0, data: [] }],
  ['a code of an error, without rows', { code: 'SecMaster.20030001', message: 'Invalid.', total: 0, data: [] }],
  ['no list and no total', { code: '0', data: null }],
  ['a list that is an object', { total: 3, data: { list: rows(0, 3) } }],
  ['more rows than a page has', { total: 3, data: rows(0, 1_001) }],
])('%s is an answer of another kind', (_, body) => {
  expect(parsePlaybooks(body)).toBeNull();
});

describe('whatever SecMaster answers', () => {
  const odd = fc.oneof(texts, fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(undefined, true, 0, 1, '3', 'a', 'b'));
  const oddRow = fc.oneof(
    fc.record({ id: odd, name: odd, enabled: odd, dataclass_id: odd, dataclass_name: odd }, { requiredKeys: [] }),
    odd,
  );
  const body = fc.record(
    { code: odd, success: odd, total: odd, data: fc.oneof(fc.array(oddRow), odd) },
    { requiredKeys: [] },
  );

  test('the requests are bounded, and all texts are printable and short', async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(body), async (bodies) => {
        const answer = () => {
          for (;;) {
            const { value } = bodies.next();
            if (parsePlaybooks(value) !== null) return value;
          }
        };
        const { playbooks, requests } = await read(answer);
        expect(requests).toBeLessThanOrEqual(maxPlaybookRequests);
        expect(new Set(playbooks.map(({ playbookId }) => playbookId)).size).toBe(playbooks.length);
        for (const { playbookId, name, dataclass } of playbooks) {
          expect(isId(playbookId)).toBe(true);
          for (const text of [name, dataclass?.id ?? '', dataclass?.name ?? '']) expect(labelText(text)).toBe(text);
        }
      }),
      { numRuns: 100 },
    );
  });
});
