import { LedgerError } from '../ledger/store.ts';
import type { Logger } from '../log.ts';
import { errorKinds, SecMasterError } from '../secmaster/http/errors.ts';

/** The values of the label `reason` of `secmaster_exporter_poll_failures_total`; an aborted poll hasn't failed. */
export const failureReasons: readonly string[] = [
  ...errorKinds.filter((kind) => kind !== 'aborted'),
  'ledger',
  'internal',
];

export function reasonOf(error: unknown): string {
  if (error instanceof SecMasterError) return error.kind;
  return error instanceof LedgerError ? 'ledger' : 'internal';
}

/** One line that says what to fix. */
export function messageOf(error: unknown): string {
  return isExpected(error) ? error.message : `bug in the exporter, please report it: ${String(error)}`;
}

/** Logs `text` with the reason and the message of the error; a bug with its stack too. */
export function logFailure(log: Logger, text: string, error: unknown): void {
  const fields = { reason: reasonOf(error), error: messageOf(error) };
  log.error(isExpected(error) ? fields : { ...fields, err: error }, text);
}

/** For what is tried again later if the ledger fails. */
export function ignoreLedger(error: unknown): void {
  if (!(error instanceof LedgerError)) throw error;
}

function isExpected(error: unknown): error is SecMasterError | LedgerError {
  return error instanceof SecMasterError || error instanceof LedgerError;
}
