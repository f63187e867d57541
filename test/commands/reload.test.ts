import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createReload } from '../../src/commands/reload.ts';
import type { Config } from '../../src/config/config.ts';
import type { Loaded } from '../../src/config/load.ts';

const problem = { file: 'config.yml', line: 2, path: 'poll.lookback', message: 'is missing' };

function setUp(loads: (Loaded | Error)[], apply: (config: Config) => Promise<readonly string[]> = async () => []) {
  const observed: boolean[] = [];
  const logged: Record<string, unknown>[] = [];
  const load = async () => {
    const loaded = loads.shift() ?? new Error('nothing more to load');
    if (loaded instanceof Error) throw loaded;
    return loaded;
  };
  const reload = createReload({
    load,
    apply,
    observe: (isSuccess) => observed.push(isSuccess),
    log: pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) }),
  });
  return { reload, observed, logged };
}

/** One that can be told from others. */
const config = (n: number): Config => ({ n, workspaces: [] }) as unknown as Config;

test('a good configuration is applied, a bad one is reported and not applied', async () => {
  const applied: Config[] = [];
  const { reload, observed, logged } = setUp([{ problems: [problem] }, { config: config(1) }], async (one) => {
    applied.push(one);
    return ['state.path needs a restart'];
  });
  expect(await reload()).toEqual({ isApplied: false, lines: ['config.yml:2: poll.lookback: is missing'] });
  expect(applied).toEqual([]);
  expect(await reload()).toEqual({ isApplied: true, lines: ['state.path needs a restart'] });
  expect(applied).toEqual([config(1)]);
  expect(observed).toEqual([false, true]);
  expect(logged).toMatchObject([
    {
      level: 50,
      msg: 'configuration not reloaded because it has problems; the previous one stays in force',
      problems: ['config.yml:2: poll.lookback: is missing'],
    },
    { level: 30, msg: 'configuration reloaded', workspaces: 0 },
    { level: 40, msg: 'restart needed', detail: 'state.path needs a restart' },
  ]);
});

test('reloads go one after the other, also after one that could not be applied or read', async () => {
  const { reload, observed, logged } = setUp(
    [{ config: config(1) }, { config: config(2) }, new Error('unreadable'), { config: config(3) }],
    async (one) => {
      if ((one as unknown as { n: number }).n === 2) throw new Error('no');
      return [];
    },
  );
  const results = [await reload(), await reload(), await reload(), await reload()];
  expect(results.map(({ isApplied }) => isApplied)).toEqual([true, false, false, true]);
  expect(results[1]?.lines).toEqual(['the configuration was only partly reloaded; see the log']);
  expect(observed).toEqual([true, false, false, true]);
  expect(logged.filter(({ level }) => level === 50)).toMatchObject([
    { msg: 'configuration only partly reloaded; this is a bug', err: { message: 'no' } },
    { msg: 'configuration only partly reloaded; this is a bug', err: { message: 'unreadable' } },
  ]);
});

test('of many requests during a reload one reload follows, whose outcome all of them get', async () => {
  const begun = Promise.withResolvers<void>();
  const first = Promise.withResolvers<void>();
  const applied: unknown[] = [];
  const { reload, observed } = setUp([{ config: config(1) }, { problems: [problem] }], async (one) => {
    applied.push(one);
    begun.resolve();
    await first.promise;
    return [];
  });
  const before = reload();
  await begun.promise;
  const during = Array.from({ length: 200 }, () => reload());
  first.resolve();
  expect(await before).toEqual({ isApplied: true, lines: [] });
  const outcome = { isApplied: false, lines: ['config.yml:2: poll.lookback: is missing'] };
  expect(await Promise.all(during)).toEqual(during.map(() => outcome));
  expect([applied, observed]).toEqual([[config(1)], [true, false]]);
});
