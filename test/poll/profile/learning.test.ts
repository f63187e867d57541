import { expect, test } from 'vitest';
import type { Profile } from '../../../src/model/profile.ts';
import { createLearning } from '../../../src/poll/profile/learning.ts';
import { maxProbeRequests } from '../../../src/poll/profile/probe.ts';
import { profileOf } from '../../../src/poll/session.ts';
import type { ListQuery, Page } from '../../../src/secmaster/api/secmaster.ts';
import { SecMasterError } from '../../../src/secmaster/http/errors.ts';
import { instanceOf, pageOf } from '../../support/secmaster/pages.ts';
import { createScriptedSession, type ScriptedSession } from '../../support/secmaster/sessions.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const beganMs = Date.parse('2026-07-18T12:00:00Z');

/** Four at a time, so that their ends show the order. */
const rows = Array.from({ length: 300 }, (_, i) => {
  const startTimeMs = beganMs - (310 - i) * minuteMs;
  const endTimeMs = startTimeMs + (1 + Math.min(i % 4, 299 - i)) * minuteMs + 1;
  return instanceOf({ id: `i${i}`, status: i % 3 === 0 ? 'FAILED' : 'FINISHED', startTimeMs, endTimeMs });
});

/** A SecMaster that honours all that is documented. */
function friendly({
  sortKey,
  offset,
  limit = 100,
  id,
  status,
  fromMs = 0,
  toMs = Number.POSITIVE_INFINITY,
}: ListQuery): Page {
  const matching = rows.filter(
    (row) =>
      (id === undefined || row.id === id) &&
      (status === undefined || row.status === status) &&
      (row.startTimeMs ?? 0) >= fromMs &&
      (row.startTimeMs ?? 0) < toMs,
  );
  const timeOf = sortKey === 'update_time' ? 'endTimeMs' : 'startTimeMs';
  const sorted = matching.toSorted((a, b) => (b[timeOf] ?? 0) - (a[timeOf] ?? 0));
  return pageOf(sorted.slice(offset, offset + limit), { count: matching.length });
}

const empty = () => pageOf([], { count: 0 });
const told = ({ logged }: ScriptedSession) => logged.filter(({ msg }) => msg === 'how SecMaster behaves');

/** A learning that has been asked once, and what lists answer from now on. */
async function begun(first: (query: ListQuery) => Page) {
  let list = first;
  const scripted = await createScriptedSession({ list: (query) => list(query) }, beganMs);
  const learning = createLearning(scripted.now);
  /** @returns the requests that it took */
  const learn = async (learnAnew = false) => {
    const before = scripted.asked.length;
    if (learnAnew) await learning.learnAnew(scripted.session);
    else await learning.learn(scripted.session);
    return scripted.asked.length - before;
  };
  return {
    ...scripted,
    learning,
    learn,
    now: scripted.now,
    requests: await learn(),
    answer(next: typeof list) {
      list = next;
    },
  };
}

const values = (profile: Profile) =>
  Object.fromEntries(Object.entries(profile).map(([name, { value }]) => [name, value]));

test('what is found is kept in the ledger and told once, and the length of a page is known', async () => {
  const soc = await begun(friendly);
  expect(values(soc.ledger.state.profile)).toEqual({
    page: { rows: 100, limit: 100 },
    offset: 'honoured',
    order: 'update_time',
    count: 'exact',
    dates: { form: '…Z+0800', field: 'start', precisionMs: 1_000 },
    idFilter: 'honoured',
    statusFilter: 'honoured',
  });
  expect(soc.requests).toBeLessThanOrEqual(maxProbeRequests);
  expect(soc.session.pageLength).toEqual({ limit: 100, fullRows: 100 });
  expect(told(soc)).toHaveLength(1);
  expect(told(soc)[0]).toMatchObject({ level: 30, profile: expect.arrayContaining(['count: exact']) });
});

test('a clock that only the first answer sets right keeps nothing from being found out', async () => {
  let nowMs = 0;
  const scripted = await createScriptedSession({ list: friendly }, beganMs);
  const { secmaster } = scripted.session;
  const listInstances: typeof secmaster.listInstances = (...query) => {
    nowMs = beganMs;
    return secmaster.listInstances(...query);
  };
  await createLearning(scripted.now).learn({
    ...scripted.session,
    secmaster: { ...secmaster, listInstances, now: () => nowMs },
  });
  expect(values(scripted.ledger.state.profile)).toHaveProperty('dates.field', 'start');
});

test('it is tried again after a day, not before, and told again only if it is another', async () => {
  const soc = await begun(friendly);
  soc.turn(24 * hourMs - 1);
  expect(await soc.learn()).toBe(0);
  soc.turn(1);
  expect(await soc.learn()).toBeGreaterThan(2);
  expect(told(soc)).toHaveLength(1);
  soc.answer((query) => ({ ...friendly(query), count: null }));
  soc.turn(24 * hourMs);
  await soc.learn();
  expect(profileOf(soc.session).count?.value).toBe('absent');
  expect(told(soc)).toHaveLength(2);
});

test('what could not be found out is tried again after 5, 10, 20 minutes and so on, then every hour', async () => {
  const soc = await begun(empty);
  const tried: number[] = [];
  for (let minute = 1; minute <= 300; minute++) {
    soc.turn(minuteMs);
    if ((await soc.learn()) > 0) tried.push(minute);
  }
  expect(tried).toEqual([5, 15, 35, 75, 135, 195, 255]);
  soc.answer(friendly);
  soc.turn(30 * minuteMs);
  expect(await soc.learn()).toBeGreaterThan(2);
  soc.turn(2 * hourMs);
  expect(await soc.learn()).toBe(0);
});

test('a process that begins anew does not try again within five minutes what could not be found out just now', async () => {
  const soc = await begun(({ offset }) => pageOf(rows.slice(0, offset === 0 ? 5 : 0), { count: 5 }));
  const begin = (passedMs: number) => {
    soc.turn(passedMs);
    const { learn } = createLearning(soc.now);
    return async () => {
      const before = soc.asked.length;
      await learn(soc.session);
      return soc.asked.length - before;
    };
  };
  const learn = begin(4 * minuteMs);
  expect(await learn()).toBe(0);
  soc.turn(minuteMs - 1);
  expect(await learn()).toBe(0);
  soc.turn(1);
  expect(await learn()).toBeGreaterThan(2);
  expect(await begin(5 * minuteMs)()).toBeGreaterThan(2);
  // Nor does it wait for a time that is ahead.
  expect(await begin(-hourMs)()).toBeGreaterThan(2);
});

test('what could not be tried this time stays as it was found before, until it expires', async () => {
  const soc = await begun(friendly);
  const { profile } = soc.ledger.state;
  soc.answer(empty);
  soc.turn(hourMs);
  const { count: _, ...others } = profile;
  await soc.ledger.commit({ kind: 'profile_learned', profile: others });
  expect(await soc.learn()).toBe(2);
  expect(profileOf(soc.session)).toEqual(others);
  soc.turn(24 * hourMs);
  await soc.learn();
  expect(profileOf(soc.session)).toEqual({});
});

test('after a restart the length of a page comes from the ledger, without a request', async () => {
  const soc = await begun(friendly);
  const session = { ...soc.session, pageLength: { limit: 100, fullRows: null } };
  const before = soc.asked.length;
  await createLearning(soc.now).learn(session);
  expect(session.pageLength).toEqual({ limit: 100, fullRows: 100 });
  expect(soc.asked.length).toBe(before);
});

test('after a refusal everything is forgotten and tried again, at the most once in five minutes at first', async () => {
  const soc = await begun(friendly);
  soc.answer((query) => {
    if (query.sortKey === 'update_time') throw new SecMasterError('bad_request', 'list_instances', '400');
    return friendly(query);
  });
  expect(await soc.learn()).toBe(0);
  expect(await soc.learning.learnAnew(soc.session)).toBe(true);
  expect(profileOf(soc.session).order?.value).toBe('create_time');
  soc.turn(5 * minuteMs - 1);
  expect(await soc.learn(true)).toBe(0);
  expect(await soc.learning.learnAnew(soc.session)).toBe(false);
  soc.turn(1);
  expect(await soc.learning.learnAnew(soc.session)).toBe(true);
});

test('an error is thrown, keeps what was known, and is no reason to ask with every poll', async () => {
  const soc = await begun(empty);
  soc.answer(() => {
    throw new SecMasterError('server_error', 'list_instances', '500');
  });
  soc.turn(5 * minuteMs);
  await expect(soc.learn()).rejects.toThrow('500');
  expect(await soc.learn()).toBe(0);
});
