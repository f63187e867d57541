import { LedgerError } from '../ledger/store.ts';
import type { Logger } from '../log.ts';
import { errorKinds, SecMasterError } from '../secmaster/http/errors.ts';

/** The values of the label `reason` of `secmaster_exporter_poll_failures_total`; a poll that is stopped hasn't failed. */
export const failureReasons: readonly string[] = [
  ...errorKinds.filter((kind) => kind !== 'aborted'),
  'ledger',
  'internal',
];

export function reasonOf(error: unknown): string {
  if (error instanceof SecMasterError) return error.kind;
  return error instanceof LedgerError ? 'ledger' : 'internal';
}

/** In one line that says what to do. */
export function messageOf(error: unknown): string {
  return isExpected(error) ? error.message : `a defect of the exporter: ${String(error)}`;
}

/** A defect is logged with its stack: nothing else says where it is. */
export function logFailure(log: Logger, error: unknown): void {
  log.error(isExpected(error) ? {} : { err: error }, messageOf(error));
}

function isExpected(error: unknown): error is SecMasterError | LedgerError {
  return error instanceof SecMasterError || error instanceof LedgerError;
}
