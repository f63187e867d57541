import { type Operation, SecMasterError } from './errors.ts';

export function abortedError(operation: Operation): SecMasterError {
  return new SecMasterError('aborted', operation, 'given up by the caller before it was answered');
}

/** The promise's outcome, or the error once the signal is aborted if that comes first; the work behind the promise goes on. */
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
