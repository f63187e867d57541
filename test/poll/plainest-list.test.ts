import { expect, test } from 'vitest';
import { plainestList } from '../../src/poll/plainest-list.ts';
import type { ListQuery, Page } from '../../src/secmaster/api/secmaster.ts';
import { type ErrorKind, SecMasterError } from '../../src/secmaster/http/errors.ts';

const page = { count: 0 } as Page;
const { signal } = new AbortController();

/** A SecMaster that refuses so many queries, and what it was asked. */
function refusing(times: number, kind: ErrorKind = 'bad_request', code: string | null = null) {
  const asked: ListQuery[] = [];
  const listInstances = async (_: string, query: ListQuery) => {
    asked.push(query);
    if (asked.length <= times) throw new SecMasterError(kind, 'list_instances', `no ${asked.length}`, { code });
    return page;
  };
  return { asked, ask: () => plainestList({ listInstances }, 'w', signal) };
}

test.each<[string, number, object]>([
  ['by update_time', 0, { sortKey: 'update_time', sortDir: 'DESC', offset: 0, limit: 1 }],
  ['by create_time if that is refused', 1, { sortKey: 'create_time', sortDir: 'DESC', offset: 0, limit: 1 }],
  ['in any order if that is refused too', 2, { offset: 0, limit: 1 }],
  ['ten rows if that is refused too', 3, { offset: 0, limit: 10 }],
])('asks for the newest row %s', async (_, refused, query) => {
  const { ask, asked } = refusing(refused);
  expect(await ask()).toEqual({ query, page });
  expect(asked.length).toBe(refused + 1);
});

test('fails with the first refusal if all are refused', async () => {
  const { ask, asked } = refusing(9);
  await expect(ask()).rejects.toThrow('no 1');
  expect(asked.length).toBe(4);
});

test.each<[ErrorKind, string | null]>([
  ['bad_request', '20010001'],
  ['bad_request', 'SecMaster.20011003'],
  ['bad_request', '20030002'],
  ['server_error', null],
  ['forbidden', null],
])('fails at once with %s %s', async (kind, code) => {
  const { ask, asked } = refusing(9, kind, code);
  await expect(ask()).rejects.toThrow('no 1');
  expect(asked.length).toBe(1);
});
