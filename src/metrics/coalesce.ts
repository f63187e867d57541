/**
 * Runs `work` one at a time. Whoever calls while it runs gets the run after that one, all of them the same: so a call's
 * promise stands for a run that began after the call.
 */
export function coalesce(work: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | null = null;
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
