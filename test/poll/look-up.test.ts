import { describe, expect, test } from 'vitest';
import type { Instance } from '../../src/model/instance.ts';
import type { Profile } from '../../src/model/profile.ts';
import { lookUpAll } from '../../src/poll/look-up.ts';
import { profileOf } from '../../src/poll/session.ts';
import type { Page, ShownInstance } from '../../src/secmaster/api/secmaster.ts';
import { type ErrorKind, SecMasterError } from '../../src/secmaster/http/errors.ts';
import { instanceOf, pageOf } from '../support/secmaster/pages.ts';
import { type Answers, createScriptedSession, type ScriptedSession } from '../support/secmaster/sessions.ts';

const minuteMs = 60_000;
const beganMs = Date.parse('2026-07-18T12:00:00Z');

const open = (id: string): Instance =>
  instanceOf({ id, status: 'RUNNING', startTimeMs: beganMs - minuteMs, endTimeMs: null });
const ended = (id: string): Instance => instanceOf({ id, startTimeMs: beganMs - minuteMs, endTimeMs: beganMs });
const none = pageOf([]);
const others = pageOf([open('b'), open('c')]);
const unreadable = pageOf([], { ids: [null], rejected: [{ id: null, reason: 'no_id' }] });
const rejected = pageOf([], { ids: ['a'], rejected: [{ id: 'a', reason: 'bad_time' }] });
const filteredOut = pageOf([], { ids: ['a'], filteredOut: [{ ...ended('a'), after: 0 }] });
const shown = (id: string, isWanted = true): ShownInstance => ({
  ...ended(id),
  isWanted,
  failedNodes: [],
  timedNodes: [],
});
const errorOf = (kind: ErrorKind) => new SecMasterError(kind, 'list_instances', `refused: ${kind}`);

function answerOf<A>(answer: A | ErrorKind): A {
  if (typeof answer === 'string') throw errorOf(answer as ErrorKind);
  return answer;
}

async function knowing(answers: Answers, ids: readonly string[], profile: Profile = {}): Promise<ScriptedSession> {
  const scripted = await createScriptedSession(answers, beganMs);
  await scripted.ledger.commit({ kind: 'profile_learned', profile });
  await scripted.know(...ids.map(open));
  scripted.turn(10 * minuteMs);
  return scripted;
}

/** What the ledger has of it now. */
async function outcomeOf({ ledger, now }: ScriptedSession, id: string) {
  const entry = (await ledger.known([id])).get(id);
  if (entry === undefined || entry.gone) return 'gone';
  const unseen = await ledger.openUnseen(now());
  return unseen.some((one) => one.id === id) ? 'not looked up' : entry.status;
}

describe('an open instance', () => {
  const list = 'list a';
  const show = 'show a';
  const honoured = 'honoured';
  const not = 'not_honoured';

  test.each<
    [
      string,
      { idFilter?: 'honoured' | 'not_honoured'; list: Page | ErrorKind; show?: ShownInstance | ErrorKind },
      { asked: string[]; outcome: string; idFilter?: string | undefined },
    ]
  >([
    ['is read from the list', { list: pageOf([ended('a')]) }, { asked: [list], outcome: 'FINISHED' }],
    [
      'is read from a list that has others too',
      { list: pageOf([open('b'), ended('a')]) },
      { asked: [list], outcome: 'FINISHED' },
    ],
    ['is still there if its row is rejected', { list: rejected }, { asked: [list], outcome: 'RUNNING' }],
    ['is still there if the only row has no id', { list: unreadable }, { asked: [list], outcome: 'RUNNING' }],
    [
      'is shown where the list has no row',
      { list: none, show: shown('a') },
      { asked: [list, show], outcome: 'FINISHED' },
    ],
    ['is gone where neither knows it', { list: none, show: 'not_found' }, { asked: [list, show], outcome: 'gone' }],
    [
      'is gone where its id is refused then',
      { list: none, show: 'bad_request' },
      { asked: [list, show], outcome: 'gone' },
    ],
    [
      'stays where only the list says so',
      { list: none, show: 'forbidden' },
      { asked: [list, show], outcome: 'RUNNING' },
    ],
    ['stays where another one is shown', { list: none, show: shown('b') }, { asked: [list, show], outcome: 'RUNNING' }],
    [
      'is gone where only the list says so, and goes by the id',
      { idFilter: honoured, list: none, show: 'forbidden' },
      { asked: [list, show], outcome: 'gone', idFilter: honoured },
    ],
    [
      'is gone where only the list says so, and it is too large to be shown',
      { idFilter: honoured, list: none, show: 'body_too_large' },
      { asked: [list, show], outcome: 'gone', idFilter: honoured },
    ],
    [
      'is shown where the list does not go by the id',
      { list: others, show: shown('a') },
      { asked: [list, show], outcome: 'FINISHED', idFilter: not },
    ],
    [
      'stays where the list does not go by the id, whatever was known, and it is not shown',
      { idFilter: honoured, list: others, show: 'forbidden' },
      { asked: [list, show], outcome: 'RUNNING', idFilter: not },
    ],
    [
      'stays where the list is refused and it is not shown, for perhaps none is',
      { list: 'bad_request', show: 'not_found' },
      { asked: [list, show], outcome: 'RUNNING', idFilter: not },
    ],
    [
      'is only shown where the list is known not to go by the id',
      { idFilter: not, list: none, show: shown('a') },
      { asked: [show], outcome: 'FINISHED', idFilter: not },
    ],
    [
      'is gone where it is filtered out now',
      { list: filteredOut, show: shown('a', false) },
      { asked: [list, show], outcome: 'gone' },
    ],
  ])('%s', async (_, { idFilter, ...answers }, { asked, outcome, idFilter: found }) => {
    const profile: Profile =
      idFilter === undefined ? {} : { idFilter: { value: idFilter, how: '', learnedMs: beganMs } };
    const scripted = await knowing(
      { list: () => answerOf(answers.list), show: () => answerOf(answers.show ?? 'server_error') },
      ['a'],
      profile,
    );
    await lookUpAll(scripted.session, ['a'], { max: 1 });
    expect({ asked: scripted.asked, outcome: await outcomeOf(scripted, 'a') }).toEqual({ asked, outcome });
    expect(profileOf(scripted.session).idFilter?.value).toBe(found);
  });

  test.each<[string, (id: string) => ShownInstance | ErrorKind, string]>([
    ['is gone where the newest one is shown', (id) => (id === 'new' ? shown('new') : 'not_found'), 'gone'],
    ['stays where the newest one is not shown either', () => 'not_found', 'RUNNING'],
  ])('one of a list that does not go by the id %s', async (_, show, outcome) => {
    const profile: Profile = { idFilter: { value: not, how: '', learnedMs: beganMs } };
    const scripted = await knowing({ list: () => none, show: (id) => answerOf(show(id)) }, ['a'], profile);
    scripted.session.lastTail.top = ['new'];
    await lookUpAll(scripted.session, ['a'], { max: 1 });
    expect(await outcomeOf(scripted, 'a')).toBe(outcome);
  });

  test.each<[string, Answers]>([
    ['a list', { list: () => answerOf<Page>('server_error') }],
    ['one instance', { list: () => none, show: () => answerOf<ShownInstance>('throttled') }],
  ])('an error that says nothing of it is thrown: %s', async (_, answers) => {
    const scripted = await knowing(answers, ['a']);
    await expect(lookUpAll(scripted.session, ['a'], { max: 1 })).rejects.toThrow(SecMasterError);
    expect(await outcomeOf(scripted, 'a')).toBe('not looked up');
  });
});

describe('many instances', () => {
  const ids = (count: number) => Array.from({ length: count }, (_, i) => `i${i}`);
  const gone: Answers = { list: () => none, show: () => answerOf<ShownInstance>('not_found') };
  const isThere = (there: (id: string) => boolean): Answers => ({
    ...gone,
    list: ({ id = '' }) => (there(id) ? pageOf([ended(id)]) : none),
  });
  const outcomes = async (scripted: ScriptedSession, count: number) => {
    const all = await Promise.all(ids(count).map((id) => outcomeOf(scripted, id)));
    return Object.fromEntries([...Map.groupBy(all, (one) => one)].map(([one, { length }]) => [one, length]));
  };

  test('are looked up one after the other, some from all over first, so many at the most', async () => {
    const scripted = await knowing(
      isThere(() => true),
      ids(20),
    );
    await lookUpAll(scripted.session, ids(20), { max: 7 });
    expect(scripted.asked).toEqual([0, 4, 9, 14, 19, 1, 2].map((n) => `list i${n}`));
    expect(await outcomes(scripted, 20)).toEqual({ FINISHED: 7, 'not looked up': 13 });
  });

  test('are looked up while there is time left, at least one', async () => {
    const scripted = await knowing(
      isThere(() => true),
      ids(20),
    );
    let left = 3;
    await lookUpAll(scripted.session, ids(20), { max: 20, hasTimeLeft: () => --left > 0 });
    expect(scripted.asked).toHaveLength(3);
  });

  test.each([6, 1_200])('that are all gone, %d of them, leave after five lookups', async (count) => {
    const scripted = await knowing(gone, ids(count));
    await lookUpAll(scripted.session, ids(count), { max: 20 });
    expect(scripted.asked).toHaveLength(5 * 2);
    expect(await outcomes(scripted, count)).toEqual({ gone: count });
    const lines = scripted.logged.filter(({ msg }) => String(msg).includes('no longer known to SecMaster'));
    const told = lines.map(({ instances = 1 }) => Number(instances));
    expect(told.reduce((sum, one) => sum + one)).toBe(count);
    expect(lines.length).toBeLessThan(10);
    expect(lines[0]).toMatchObject({ instance: 'i0', status: 'RUNNING' });
  });

  test.each([0, 14, 29])('are each looked up if one of five from all over is there: number %d', async (there) => {
    const scripted = await knowing(
      isThere((id) => id === `i${there}`),
      ids(30),
    );
    await lookUpAll(scripted.session, ids(30), { max: 12 });
    expect(await outcomes(scripted, 30)).toEqual({ FINISHED: 1, gone: 11, 'not looked up': 18 });
  });

  test('that are unknown to the ledger as well are left alone', async () => {
    const scripted = await knowing(gone, ['i0']);
    await lookUpAll(scripted.session, ['x', 'y'], { max: 2 });
    expect(scripted.logged).toEqual([]);
  });
});
