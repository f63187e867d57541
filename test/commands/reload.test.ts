import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createReload } from '../../src/commands/reload.ts';
import type { Config } from '../../src/config/config.ts';
import type { Loaded } from '../../src/config/load.ts';

const problem = { file: 'config.yml', line: 2, path: 'poll.lookback', message: 'is missing' };

function setUp(loads: (Loaded | Error)[], apply: (config: Config) => Promise<readonly string[]> = async () => []) {
  const observed: boolean[] = [];
  const load = () => {
    const loaded = loads.shift() ?? new Error('nothing more to load');
    if (loaded instanceof Error) throw loaded;
    return loaded;
  };
  const reload = createReload({
    load,
    apply,
    observe: (isSuccess) => observed.push(isSuccess),
    log: pino({ level: 'silent' }),
  });
  return { reload, observed };
}

/** One that can be told from others. */
const config = (n: number): Config => ({ n, workspaces: [] }) as unknown as Config;

test('a good configuration is applied, a bad one is told and not applied', async () => {
  const applied: Config[] = [];
  const { reload, observed } = setUp([{ problems: [problem] }, { config: config(1) }], async (one) => {
    applied.push(one);
    return ['state.path: needs a restart'];
  });
  expect(await reload()).toEqual({ isApplied: false, lines: ['config.yml:2: poll.lookback: is missing'] });
  expect(applied).toEqual([]);
  expect(await reload()).toEqual({ isApplied: true, lines: ['state.path: needs a restart'] });
  expect(applied).toEqual([config(1)]);
  expect(observed).toEqual([false, true]);
});

test('reloads go one after the other, also after one that could not be applied or read', async () => {
  const log: string[] = [];
  const { reload, observed } = setUp(
    [{ config: config(1) }, { config: config(2) }, new Error('unreadable'), { config: config(3) }],
    async (one) => {
      const { n } = one as unknown as { n: number };
      log.push(`begin ${n}`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`end ${n}`);
      if (n === 2) throw new Error('no');
      return [];
    },
  );
  const results = await Promise.all([reload(), reload(), reload(), reload()]);
  expect(log).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3']);
  expect(results.map(({ isApplied }) => isApplied)).toEqual([true, false, false, true]);
  expect(results[1]?.lines).toEqual(['it could not be reloaded whole; the log says why']);
  expect(observed).toEqual([true, false, false, true]);
});
