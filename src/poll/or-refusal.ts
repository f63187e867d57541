import { SecMasterError } from '../secmaster/http/errors.ts';

/** The answer, or the refusal (400) of what was asked. Other errors are thrown. */
export function orRefusal<T>(answer: Promise<T>): Promise<T | SecMasterError> {
  return answer.catch((error: unknown) => {
    if (error instanceof SecMasterError && error.kind === 'bad_request') return error;
    throw error;
  });
}
