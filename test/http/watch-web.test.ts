import { expect, test, vi } from 'vitest';
import { type GoodWeb, type LoadedWeb, noWebConfig, type ReadWeb, type WebConfig } from '../../src/config/web.ts';
import { watchWeb } from '../../src/http/web.ts';
import { Secret } from '../../src/model/secret.ts';

const users = new Map([['prometheus', new Secret('hash')]]);
const web = (name: string): WebConfig => ({ ...noWebConfig, users, headers: { 'X-Frame-Options': name } });
const good = (name: string): ReadWeb => ({ web: web(name), warnings: [] });
const bad = (message: string): ReadWeb => ({ problems: [{ file: 'web.yml', line: 1, path: '', message }] });

/** A watch whose looks are in the test's hand; each is given what is in the files by then. */
function setUp() {
  const first: GoodWeb = { web: web('first'), warnings: [] };
  let read: ReadWeb | Error = first;
  const load = async (): Promise<LoadedWeb> => {
    const loaded = read;
    if (loaded instanceof Error) throw loaded;
    return { ...loaded, hasChanged: async () => read !== loaded };
  };
  const told = { loaded: vi.fn(), problems: vi.fn(), bug: vi.fn() };
  let look = async () => {};
  const stop = vi.fn();
  const watched = watchWeb(
    { ...first, hasChanged: async () => read !== first },
    {
      load,
      repeat: (one) => {
        look = one;
        return stop;
      },
      onLoaded: (loaded) => told.loaded(loaded.web),
      onProblems: (problems) => told.problems(problems.map(({ message }) => message).join()),
      onBug: told.bug,
    },
  );
  return {
    web: watched,
    told,
    stop,
    async see(now: ReadWeb | Error) {
      read = now;
      await look();
    },
    look: () => look(),
  };
}

test('what is good applies; the first one until then', async () => {
  const { web: watched, see, look, told } = setUp();
  const changed = vi.fn();
  watched.onChange(changed);
  await look();
  expect(told.loaded).not.toHaveBeenCalled();
  await see(good('second'));
  expect(watched.current()).toEqual(web('second'));
  expect(changed.mock.calls).toEqual([[web('second')]]);
  await look();
  expect(told.loaded).toHaveBeenCalledTimes(1);
});

test('a bad one is told once, another one again, and the last good one goes on', async () => {
  const { web: watched, see, look, told } = setUp();
  for (const problem of ['does not fit', 'does not fit', 'is empty']) {
    await see(bad(problem));
    await look();
  }
  expect(told.problems.mock.calls).toEqual([['does not fit'], ['is empty']]);
  expect(watched.current()).toEqual(web('first'));
  await see(good('second'));
  await see(bad('is empty'));
  expect(told.problems).toHaveBeenCalledTimes(3);
  expect(watched.current()).toEqual(web('second'));
});

test('of one with a change that needs a restart, nothing applies', async () => {
  const { web: watched, see, told } = setUp();
  await see({ web: { ...web('second'), users: new Map() }, warnings: [] });
  expect(watched.current()).toEqual(web('first'));
  expect(told.problems.mock.calls).toEqual([[expect.stringContaining('this needs a restart')]]);
});

test('a server that cannot take one over keeps all of the last one', async () => {
  const { web: watched, see, told } = setUp();
  watched.onChange(() => {
    throw new Error('refused by OpenSSL');
  });
  await see(good('second'));
  expect(watched.current()).toEqual(web('first'));
  expect(told.bug).toHaveBeenCalledTimes(1);
});

test('a look that fails is no unhandled rejection, and the next one may succeed', async () => {
  const { web: watched, see, told } = setUp();
  await see(new Error('a bug'));
  expect(told.bug).toHaveBeenCalledTimes(1);
  await see(good('second'));
  expect(watched.current()).toEqual(web('second'));
});

test('after the end, nothing applies', async () => {
  const { web: watched, see, stop } = setUp();
  watched.close();
  expect(stop).toHaveBeenCalledTimes(1);
  await see(good('second'));
  expect(watched.current()).toEqual(web('first'));
});
