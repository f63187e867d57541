import { type Operation, SecMasterError } from './errors.ts';

export function abortedError(operation: Operation): SecMasterError {
  return new SecMasterError('aborted', operation, 'cancelled before a response arrived');
}

/** The promise's outcome, or the error if the signal is aborted first; the work behind the promise continues. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal, error: () => Error): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(error());
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([aborted.promise, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
