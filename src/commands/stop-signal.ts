import { constants } from 'node:os';

const stopSignals = ['SIGINT', 'SIGTERM'] as const;

/** Resolves with the first SIGINT or SIGTERM. A second one ends the process at once. */
export function stopSignal(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  const onSignal = (signal: NodeJS.Signals) => {
    resolve(signal);
    stopAtOnce();
  };
  for (const signal of stopSignals) process.removeAllListeners(signal).on(signal, onSignal);
  return promise;
}

/** From now on, SIGINT and SIGTERM end the process at once. The first process of a container has no such default. */
export function stopAtOnce(): void {
  for (const signal of stopSignals)
    process.removeAllListeners(signal).on(signal, () => process.exit(128 + constants.signals[signal]));
}
