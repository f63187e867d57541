import type { SecMaster } from '../../secmaster/api/secmaster.ts';

/** Counts the calls that ask SecMaster, each once however often it was tried. */
export interface CallCounter {
  /** The same, with its calls counted. */
  counted(secmaster: SecMaster): SecMaster;
  /** How many there have been since the last time this was asked. */
  take(): number;
}

export function createCallCounter(): CallCounter {
  let calls = 0;
  const counted =
    <A extends unknown[], R>(call: (...args: A) => R) =>
    (...args: A): R => {
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
    }),
    take() {
      const taken = calls;
      calls = 0;
      return taken;
    },
  };
}
