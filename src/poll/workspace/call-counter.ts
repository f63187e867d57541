import type { SecMaster } from '../../secmaster/api/secmaster.ts';

/** Counts calls to SecMaster, each once, however many tries it needs. */
export interface CallCounter {
  /** The same client, with its calls counted. */
  counted(secmaster: SecMaster): SecMaster;
  /** The number of calls since the last `take`. */
  take(): number;
}

/** @param onCall called before each call with the number of calls since the last `take`, this one not among them */
export function createCallCounter(onCall: (calls: number) => void = () => {}): CallCounter {
  let calls = 0;
  const counted =
    <A extends unknown[], R>(call: (...args: A) => R) =>
    (...args: A): R => {
      onCall(calls);
      calls++;
      return call(...args);
    };
  return {
    counted: (secmaster) => ({
      ...secmaster,
      listInstances: counted(secmaster.listInstances),
      showInstance: counted(secmaster.showInstance),
      workspaceName: counted(secmaster.workspaceName),
      listWorkspaces: counted(secmaster.listWorkspaces),
      listPlaybooks: counted(secmaster.listPlaybooks),
    }),
    take() {
      const taken = calls;
      calls = 0;
      return taken;
    },
  };
}
