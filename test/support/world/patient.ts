import type { SecMaster } from '../../../src/secmaster/api/secmaster.ts';
import { SecMasterError } from '../../../src/secmaster/http/errors.ts';
import type { ManualClock } from '../../../src/simulator/manual-clock.ts';

/** As the default rate limit has it. */
const requestMs = 100;
/** What the gateway's documentation advises after a 429. */
const throttledMs = 2_000;
const attempts = 3;

/** Stands between a poll and SecMaster for what the client does on a clock that runs: requests take time, and 429 is tried again. */
export interface Patience {
  readonly through: (secmaster: SecMaster) => SecMaster;
  /** Calls since the last time, each counted once. */
  take(): number;
}

/** @param maxCalls in one poll; more of them fail, so that no poll lasts for ever */
export function createPatience(clock: () => ManualClock, maxCalls: () => number): Patience {
  let calls = 0;

  async function patiently<T>(call: () => Promise<T>): Promise<T> {
    if (++calls > maxCalls()) throw new Error('a poll without end');
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await call();
        clock().advance(requestMs);
        return answer;
      } catch (error) {
        const isThrottled = error instanceof SecMasterError && error.kind === 'throttled';
        if (!isThrottled || attempt === attempts) throw error;
        clock().advance(throttledMs);
      }
    }
  }

  return {
    through: (secmaster) => ({
      ...secmaster,
      listInstances: (...args) => patiently(() => secmaster.listInstances(...args)),
      showInstance: (...args) => patiently(() => secmaster.showInstance(...args)),
    }),
    take() {
      const taken = calls;
      calls = 0;
      return taken;
    },
  };
}
