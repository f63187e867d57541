import { describe, expect, test } from 'vitest';
import { parsePage, parseShown } from '../../../src/secmaster/api/rows.ts';
import { maxRows } from '../../../src/secmaster/api/schema.ts';

/** The example of the API document (docs/secmaster-api.md#instance). */
const row = {
  dataclass: { id: 'e410ae50-43fa-343e-807a-a2a9edb8018e', name: 'Alert' },
  dataobject_id: '2462e8c3-e393-4af9-93b6-fe424c0b4e39',
  defense_id: '',
  end_time: '2025-07-18T15:11:04.577Z+0800',
  id: '8eed56de-7aaf-4732-baaf-46c1bb11dc8f',
  name: 'ZFGJZDGB-20250718151103',
  playbook: { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Automatic closing of repeated alerts' },
  retry_count: 0,
  start_time: '2025-07-18T15:11:03.000Z+0800',
  status: 'FINISHED',
  trigger_type: 'EVENT',
};
const instance = {
  id: row.id,
  playbook: { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Automatic closing of repeated alerts' },
  triggerType: 'EVENT',
  status: 'FINISHED',
  startTimeMs: Date.parse('2025-07-18T07:11:03.000Z'),
  endTimeMs: Date.parse('2025-07-18T07:11:04.577Z'),
  retryCount: 0,
  // It went well, so nobody asks for its name and its object.
  details: {
    name: null,
    dataobjectId: null,
    defenseId: null,
    dataclass: { id: 'e410ae50-43fa-343e-807a-a2a9edb8018e', name: 'Alert' },
    workflow: null,
  },
};

const parse = (...rows: unknown[]) => parsePage({ count: rows.length, instances: rows }, 'en');

test("reads the document's example", () => {
  expect(parse(row)).toEqual({ count: 1, ids: [instance.id], instances: [instance], filteredOut: [], rejected: [] });
});

test('a page has the ids of all rows in their order, null where one has none', () => {
  const rows = [row, { ...row, id: 'bad', start_time: 'yesterday' }, null, { ...row, id: 'other', playbook: null }];
  const page = parsePage({ instances: rows }, 'en', ({ playbook }) => playbook !== null);
  expect(page?.ids).toEqual([row.id, 'bad', null, 'other']);
  expect(page?.instances.map(({ id }) => id)).toEqual([row.id]);
});

const workflow = { id: 'w-1', name: '隔离主机', name_en: 'Isolate host', version: 'v2', version_id: 'v-2' };

describe('what is told of a run that failed, beside what is counted, is read', () => {
  const failedRow = { ...row, status: 'FAILED' };
  const details = {
    ...instance.details,
    name: 'ZFGJZDGB-20250718151103',
    dataobjectId: '2462e8c3-e393-4af9-93b6-fe424c0b4e39',
  };
  test.each<[string, object, object]>([
    [
      'with a workflow and its version',
      { workflow },
      { workflow: { id: 'w-1', name: 'Isolate host', version: 'v2', versionId: 'v-2' } },
    ],
    [
      'with the only name that there is',
      { workflow: { ...workflow, name_en: '' }, dataclass: { en_name: 'Alert' } },
      {
        workflow: { id: 'w-1', name: '隔离主机', version: 'v2', versionId: 'v-2' },
        dataclass: { id: null, name: 'Alert' },
      },
    ],
    ['with a defense layer', { defense_id: 'd-1' }, { defenseId: 'd-1' }],
    [
      'as nothing where it is null, absent or empty',
      { name: null, dataobject_id: undefined, defense_id: '', dataclass: {}, workflow: { id: '', name: null } },
      { name: null, dataobjectId: null, dataclass: null },
    ],
    [
      'as nothing where it is of another kind',
      { name: 7, dataobject_id: {}, defense_id: [], dataclass: 'Alert', workflow: [workflow] },
      { name: null, dataobjectId: null, dataclass: null },
    ],
    [
      'as far as it can be understood',
      { workflow: { ...workflow, version: 2, id: null } },
      { workflow: { id: null, name: 'Isolate host', version: null, versionId: 'v-2' } },
    ],
    ['printable', { name: 'a\n\u202eb\u0000' }, { name: 'a \ufffdb\ufffd' }],
  ])('%s', (_, fields, expected) => {
    expect(parse({ ...failedRow, ...fields })?.instances).toEqual([
      { ...instance, status: 'FAILED', details: { ...details, ...expected } },
    ]);
  });

  test('of one that is open as well', () => {
    expect(parse({ ...row, status: 'RUNNING', end_time: null })?.instances).toMatchObject([{ details }]);
  });

  test('in the configured language', () => {
    const dataclass = { name: '告警', en_name: 'Alert' };
    const page = parsePage({ instances: [{ ...row, workflow, dataclass }] }, 'zh');
    expect(page?.instances[0]?.details).toMatchObject({ workflow: { name: '隔离主机' }, dataclass: { name: '告警' } });
  });

  test('no longer than a label', () => {
    const [read] = parse({ ...failedRow, name: 'n'.repeat(5_000), defense_id: 'd'.repeat(5_000) })?.instances ?? [];
    expect(read?.details.name).toHaveLength(200);
    expect(read?.details.defenseId).toHaveLength(200);
  });
});

/** The beginning of a text that is too long, and a digest of all of it. */
const long = (character: string) => expect.stringMatching(new RegExp(`^(${character})+…[0-9a-f]{8}$`, 'u'));

describe('a row is read', () => {
  test.each([
    [
      'with null wherever null may be',
      { trigger_type: null, start_time: null, end_time: null, retry_count: null, playbook: null },
    ],
    [
      'with empty text wherever it may be',
      { trigger_type: '', start_time: '', end_time: '', retry_count: '', playbook: '' },
    ],
    [
      'with absent fields',
      {
        trigger_type: undefined,
        start_time: undefined,
        end_time: undefined,
        retry_count: undefined,
        playbook: undefined,
      },
    ],
  ])('%s', (_, fields) => {
    const expected = { ...instance, playbook: null, triggerType: '', startTimeMs: null, endTimeMs: null };
    expect(parse({ ...row, ...fields })?.instances).toEqual([expected]);
  });

  test.each([
    ['a status nobody documents', { status: 'SKIPPED' }, { status: 'SKIPPED' }],
    ['a trigger type nobody documents', { trigger_type: 'WEBHOOK' }, { triggerType: 'WEBHOOK' }],
    ['a documented status in another case', { status: 'finished' }, { status: 'FINISHED' }],
    ['a documented trigger type in another case', { trigger_type: 'Event' }, { triggerType: 'EVENT' }],
    ['undocumented values in lower case', { status: 'skipped' }, { status: 'skipped' }],
    ['retries as a number', { retry_count: 3 }, { retryCount: 3 }],
    ['retries as text', { retry_count: '3' }, { retryCount: 3 }],
    ['a million retries', { retry_count: 1_000_000 }, { retryCount: 1_000_000 }],
    ['a start in 1970', { start_time: '1970-01-01T00:00:00.000Z+0800' }, { startTimeMs: -28_800_000 }],
    ['a start in 2199', { start_time: '2199-12-31T23:59:59Z' }, { startTimeMs: Date.parse('2199-12-31T23:59:59Z') }],
    ['a playbook with neither id nor name', { playbook: { id: '', name: null } }, { playbook: null }],
    ['a playbook without name', { playbook: { id: 'p', name: '' } }, { playbook: { id: 'p', name: 'p' } }],
    ['a playbook without id', { playbook: { name: 'Close' } }, { playbook: { id: '', name: 'Close' } }],
    ['half an emoji in a name', { playbook: { id: 'p', name: 'a\ud83d' } }, { playbook: { id: 'p', name: 'a\ufffd' } }],
    [
      'a name of 10 KB',
      { playbook: { id: 'p', name: '名'.repeat(10_000) } },
      { playbook: { id: 'p', name: long('名') } },
    ],
    ['a name of emoji', { playbook: { id: 'p', name: '🔥'.repeat(300) } }, { playbook: { id: 'p', name: long('🔥') } }],
    ['a status of 10 KB', { status: 'X'.repeat(10_000) }, { status: long('X') }],
    ['a name with NUL', { playbook: { id: 'p', name: 'a\u0000b' } }, { playbook: { id: 'p', name: 'a\ufffdb' } }],
    ['a trigger type with a line break', { trigger_type: 'A\nB' }, { triggerType: 'A B' }],
    ['a status called __proto__', { status: '__proto__' }, { status: '__proto__' }],
    ['fields that nobody knows', { surprise: { deep: [1] } }, {}],
  ])('with %s', (_, fields, expected) => {
    expect(parse({ ...row, ...fields })?.instances).toEqual([{ ...instance, ...expected }]);
  });

  test.each([
    ['en', { name: '关闭', en_name: 'Close' }, 'Close'],
    ['zh', { name: '关闭', en_name: 'Close' }, '关闭'],
    ['en', { name: '关闭', en_name: '' }, '关闭'],
    ['zh', { name: null, en_name: 'Close' }, 'Close'],
    ['zh', {}, 'p'],
  ] as const)('in %s with names %o it is called %s', (language, names, expected) => {
    const page = parsePage({ instances: [{ ...row, playbook: { id: 'p', ...names } }] }, language);
    expect(page?.instances[0]?.playbook).toEqual({ id: 'p', name: expected });
  });
});

describe('a row is rejected', () => {
  test.each([
    ['no_id', 'without id', { id: undefined }, null],
    ['no_id', 'with id null', { id: null }, null],
    ['no_id', 'with an empty id', { id: '' }, null],
    ['no_id', 'without id and with other faults', { id: null, status: null, playbook: 'x' }, null],
    ['no_status', 'without status', { status: undefined }, row.id],
    ['no_status', 'with an empty status', { status: '' }, row.id],
    ['bad_time', 'that starts at an unreadable time', { start_time: 'yesterday' }, row.id],
    ['bad_time', 'that ends at an unreadable time', { end_time: '2025-02-31T15:11:04Z' }, row.id],
    ['bad_time', 'with a number for a time', { end_time: 1752822664577 }, row.id],
    ['bad_time', 'that starts before there were computers', { start_time: '0001-01-01T00:00:00Z' }, row.id],
    ['bad_time', 'that ends in the year 9999', { end_time: '9999-12-31T23:59:59Z' }, row.id],
    ['bad_retry_count', 'with negative retries', { retry_count: -1 }, row.id],
    ['bad_retry_count', 'with half a retry', { retry_count: 1.5 }, row.id],
    ['bad_retry_count', 'with negative retries as text', { retry_count: '-1' }, row.id],
    ['bad_retry_count', 'with more retries than a run can have', { retry_count: 1_000_001 }, row.id],
    ['bad_retry_count', 'with as many as JavaScript can hold', { retry_count: Number.MAX_SAFE_INTEGER }, row.id],
    ['bad_retry_count', 'with more than it can hold, as text', { retry_count: '9007199254740993' }, row.id],
    ['bad_retry_count', 'with retries beyond all numbers', { retry_count: 1e308 }, row.id],
    ['bad_retry_count', 'with retries that are no number', { retry_count: 'NaN' }, row.id],
    ['bad_retry_count', 'with words for retries', { retry_count: 'many' }, row.id],
    ['bad_retry_count', 'with a truth for retries', { retry_count: true }, row.id],
    ['bad_field', 'whose playbook is text', { playbook: 'Close' }, row.id],
    ['bad_field', 'whose playbook is a list', { playbook: [] }, row.id],
    ['bad_field', "whose playbook's name is a number", { playbook: { id: 'p', name: 7 } }, row.id],
    ['bad_field', 'whose status is a number', { status: 1 }, row.id],
    ['bad_field', 'whose trigger type is an object', { trigger_type: {} }, row.id],
    ['bad_field', 'whose id is a number', { id: 7 }, null],
    ['bad_id', 'whose id has a megabyte', { id: 'x'.repeat(1_000_000) }, expect.stringMatching(/^x{119}…[0-9a-f]{8}$/)],
    ['bad_id', 'whose id contains NUL', { id: 'a\u0000b' }, 'a\ufffdb'],
    ['bad_id', 'whose playbook has an id of a megabyte', { playbook: { id: 'x'.repeat(1_000_000) } }, row.id],
  ])('as %s %s', (reason, _, fields, id) => {
    const page = parse(row, { ...row, ...fields }, { ...row, id: 'next' });
    expect(page?.rejected).toEqual([{ id, reason }]);
    expect(page?.instances.map((each) => each.id)).toEqual([row.id, 'next']);
  });

  test.each([[null], ['row'], [7], [[row]]])('as not_an_object: %j', (raw) => {
    expect(parse(row, raw)).toMatchObject({ rejected: [{ id: null, reason: 'not_an_object' }], instances: [instance] });
  });
});

describe('a body', () => {
  test.each([
    ['a float', 3.0, 3],
    ['text', '3', 3],
    ['null', null, null],
    ['half a row', 3.5, null],
    ['a negative number', -1, null],
    ['words', 'many', null],
    ['an object', {}, null],
    ['a million million rows', 1e12, 1e12],
    ['more rows than there can be', 1e12 + 1, null],
    ['the largest of whole numbers', Number.MAX_SAFE_INTEGER, null],
    ['a number beyond all', 1e308, null],
  ])('may have %s for a count', (_, count, expected) => {
    expect(parsePage({ count, instances: [] }, 'en')).toEqual({
      count: expected,
      ids: [],
      instances: [],
      filteredOut: [],
      rejected: [],
    });
  });

  test.each([
    [
      'no count',
      { instances: [row] },
      { count: null, ids: [instance.id], instances: [instance], filteredOut: [], rejected: [] },
    ],
    ['no list', { count: 0 }, { count: 0, ids: [], instances: [], filteredOut: [], rejected: [] }],
    [
      'null for both',
      { count: null, instances: null },
      { count: null, ids: [], instances: [], filteredOut: [], rejected: [] },
    ],
    [
      'null for a list and no count',
      { instances: null },
      { count: null, ids: [], instances: [], filteredOut: [], rejected: [] },
    ],
  ])('may have %s', (_, body, expected) => {
    expect(parsePage(body, 'en')).toEqual(expected);
  });

  test.each([
    [{}],
    [{ code: '20039999', message: 'unknown' }],
    [[]],
    [[row]],
    [null],
    ['text'],
    [7],
    [{ count: 1, instances: {} }],
  ])('is no page if it is %j', (body) => expect(parsePage(body, 'en')).toBeNull());

  test('is no page with far more rows than were asked for, and none of them is read', () => {
    const rows = (length: number) => ({ count: length, instances: Array(length).fill(row) });
    expect(parsePage(rows(maxRows), 'en')?.ids).toHaveLength(maxRows);
    const began = performance.now();
    expect(parsePage(rows(1_000_000), 'en')).toBeNull();
    expect(performance.now() - began).toBeLessThan(200);
  });
});

describe('the failed nodes of an instance', () => {
  const node = { action_id: 'a1', action_name: 'Query', status: 'FAILED', succeed: false, error_msg: 'timed out' };
  const nodesOf = (...auditLogs: unknown[]) =>
    parseShown({ ...row, topology: { audit_logs: auditLogs } }, 'en')?.failedNodes;

  test.each<[string, unknown[], { name: string; error: string }[]]>([
    ['one that is failed, in lower case', [{ ...node, status: 'failed' }], [{ name: 'Query', error: 'timed out' }]],
    ['one that is FAILED', [node], [{ name: 'Query', error: 'timed out' }]],
    [
      'one that says only that it did not succeed',
      [{ ...node, status: null }],
      [{ name: 'Query', error: 'timed out' }],
    ],
    [
      'none of those that are running or finished',
      [
        { ...node, status: 'RUNNING' },
        { ...node, status: 'FINISHED' },
      ],
      [],
    ],
    ['none that has failed and then finished', [node, { ...node, status: 'FINISHED', succeed: true }], []],
    ['one that has failed twice, once', [node, { ...node, error_msg: 'again' }], [{ name: 'Query', error: 'again' }]],
    ['two of one name', [node, { ...node, action_id: 'a2' }], Array(2).fill({ name: 'Query', error: 'timed out' })],
    ['one without name by its id', [{ ...node, action_name: '', error_msg: null }], [{ name: 'a1', error: '' }]],
    [
      'nothing that is no node',
      [null, 7, 'x', {}, { ...node, action_name: 7 }, node],
      [{ name: 'Query', error: 'timed out' }],
    ],
    [
      'none whose id has a megabyte',
      [{ ...node, action_id: 'x'.repeat(1_000_000) }, node],
      [{ name: 'Query', error: 'timed out' }],
    ],
    [
      'a message of 10 KB cut',
      [{ ...node, error_msg: 'x'.repeat(10_000) }],
      [{ name: 'Query', error: `${'x'.repeat(999)}…` }],
    ],
  ])('are %s', (_, auditLogs, expected) => {
    expect(nodesOf(...auditLogs)).toEqual(expected);
  });

  test.each([[undefined], [null], ['x'], [{}], [{ audit_logs: null }], [{ audit_logs: 'x' }]])(
    'are none where the topology is %j',
    (topology) =>
      expect(parseShown({ ...row, topology }, 'en')).toEqual({
        ...instance,
        isWanted: true,
        failedNodes: [],
        timedNodes: [],
      }),
  );

  test.each([true, false])('are shown with whether the instance passes the filters: %s', (isWanted) => {
    expect(parseShown(row, 'en', () => isWanted)).toMatchObject({ id: row.id, isWanted });
  });

  test.each([[null], [[]], ['x'], [{}], [{ code: '20030005', message: 'gone' }]])(
    'a body that is %j is no instance',
    (body) => expect(parseShown(body, 'en')).toBeNull(),
  );
});
