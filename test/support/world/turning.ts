import type { ManualClock } from '../../../src/simulator/manual-clock.ts';

/**
 * Lets time go by for whoever sleeps, until the promise is settled; it may also wait for sockets.
 *
 * @param maxMs who sleeps longer waits for something else, such as an answer
 */
export async function turning<T>(
  clock: ManualClock,
  promise: Promise<T>,
  maxMs = Number.POSITIVE_INFINITY,
): Promise<T> {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  promise.then(settle, settle);
  while (!isSettled) {
    await new Promise((resolve) => setImmediate(resolve));
    const [leftMs] = clock.sleeping();
    if (leftMs !== undefined && leftMs <= maxMs) clock.advance(leftMs);
  }
  return promise;
}
