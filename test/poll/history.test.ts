import { expect, test } from 'vitest';
import { LedgerError } from '../../src/ledger/store.ts';
import { createPollHistory } from '../../src/poll/history.ts';
import { errorKinds, SecMasterError } from '../../src/secmaster/http/errors.ts';

const poll = (endedMs: number) => ({ endedMs, durationSeconds: 0.5, requests: 2 });

test('before the first poll there is nothing but failures at 0, for each reason but a stop', () => {
  const { failures, ...rest } = createPollHistory().report();
  expect(rest).toEqual({ count: 0, last: null, recent: [], lastSuccessMs: null });
  const reasons = errorKinds.filter((kind) => kind !== 'aborted');
  expect(Object.fromEntries(failures)).toEqual(
    Object.fromEntries([...reasons, 'ledger', 'internal'].map((reason) => [reason, 0])),
  );
});

test.each<[string, Error, string, string]>([
  ['SecMaster', new SecMasterError('throttled', 'list_instances', '429'), 'throttled', 'list_instances: 429'],
  ['the ledger', new LedgerError('the disk is full'), 'ledger', 'the disk is full'],
  ['a bug', new RangeError('beyond'), 'internal', 'bug in the exporter, please report it: RangeError: beyond'],
])('a failure because of %s is counted by its reason and kept as one line', (_, error, reason, message) => {
  const history = createPollHistory();
  history.end(poll(1), error);
  const { failures, last, lastSuccessMs } = history.report();
  expect([...failures].filter(([, count]) => count > 0)).toEqual([[reason, 1]]);
  expect(last).toEqual({ ...poll(1), error: message });
  expect(lastSuccessMs).toBeNull();
});

test('the first poll is news, as is each with another result than the one before', () => {
  const history = createPollHistory();
  const [refused, full] = [new SecMasterError('forbidden', 'list_instances', '403'), new LedgerError('full')];
  const ends = [null, null, refused, refused, full, null, null];
  expect(ends.map((error, i) => history.end(poll(i), error))).toEqual([true, false, true, false, true, true, false]);
  expect(history.report()).toMatchObject({ count: 7, lastSuccessMs: 6 });
});

test('the latest 20 are kept, newest first', () => {
  const history = createPollHistory();
  for (let i = 0; i < 30; i++) history.end(poll(i), null);
  expect(history.report().recent.map(({ endedMs }) => endedMs)).toEqual(Array.from({ length: 20 }, (_, i) => 29 - i));
  expect(history.report().count).toBe(30);
});
