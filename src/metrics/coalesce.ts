/**
 * Runs `work` one at a time. All callers during a run share the next one, so that the work behind a call's promise always
 * starts after the call.
 */
export function coalesce<T>(work: () => Promise<T>): () => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  let waiting: Promise<T> | null = null;
  const run = () => {
    waiting = null;
    return work();
  };
  return () => {
    if (waiting === null) {
      waiting = last.then(run, run);
      last = waiting;
    }
    return waiting;
  };
}
