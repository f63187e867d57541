import { expect, test } from 'vitest';
import { coalesce } from '../../src/metrics/coalesce.ts';

/** Work whose runs end when told to. */
function controlled() {
  const runs: PromiseWithResolvers<void>[] = [];
  const call = coalesce(() => {
    const run = Promise.withResolvers<void>();
    runs.push(run);
    return run.promise;
  });
  return { runs, call };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('calls during a run share one run after it', async () => {
  const { runs, call } = controlled();
  const ended: string[] = [];
  const first = call().then(() => ended.push('first'));
  await settled();
  const others = [call(), call(), call()].map((one, i) => one.then(() => ended.push(`other ${i}`)));
  await settled();
  expect(runs).toHaveLength(1);
  runs[0]?.resolve();
  await settled();
  expect([ended, runs.length]).toEqual([['first'], 2]);
  runs[1]?.resolve();
  await Promise.all([first, ...others]);
  expect([ended, runs.length]).toEqual([['first', 'other 0', 'other 1', 'other 2'], 2]);
});

test('a run that fails fails its callers alone', async () => {
  const { runs, call } = controlled();
  const first = call();
  await settled();
  const second = call();
  runs[0]?.reject(new Error('broken'));
  await expect(first).rejects.toThrow('broken');
  await settled();
  runs[1]?.resolve();
  await expect(second).resolves.toBeUndefined();
});
