/**
 * Runs pieces of work one after another, in the order in which they come; one that fails leaves the next ones alone. A piece that calls
 * `next` lets the next one begin before it has ended itself.
 */
export type InTurn = <T>(work: (next: () => void) => Promise<T>) => Promise<T>;

export function createTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const { promise: passedOn, resolve: next } = Promise.withResolvers<void>();
    const done = last.then(() => work(next));
    last = Promise.race([passedOn, done.catch(() => {})]);
    return done;
  };
}
