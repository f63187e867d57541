/** What went wrong, as a closed set: it becomes the value of a metric label. */
export const errorKinds = [
  'unauthorized',
  'forbidden',
  'not_found',
  'bad_request',
  'throttled',
  'server_error',
  'unexpected_status',
  'timeout',
  'aborted',
  'network',
  'body_too_large',
  'body_cut',
  'body_not_json',
  'unexpected_body',
  'no_credentials',
] as const;
export type ErrorKind = (typeof errorKinds)[number];

/** The name of a call, such as `list_instances`; the caller sets it. It becomes the value of a metric label. */
export type Operation = string;

export interface ErrorDetails {
  /** null if there was no response. */
  readonly httpStatus?: number | null;
  /** The code of SecMaster, the gateway or IAM, such as `APIGW.0301`. */
  readonly code?: string | null;
  readonly requestId?: string | null;
}

/**
 * The only error that the client throws. It has no `cause`: the HTTP library's errors hold requests and responses,
 * and the message already says in one line what is wrong and what to fix.
 */
export class SecMasterError extends Error {
  override readonly name = 'SecMasterError';
  readonly kind: ErrorKind;
  readonly operation: Operation;
  readonly httpStatus: number | null;
  readonly code: string | null;
  readonly requestId: string | null;

  constructor(kind: ErrorKind, operation: Operation, message: string, details: ErrorDetails = {}) {
    super(`${operation}: ${message}`);
    this.kind = kind;
    this.operation = operation;
    this.httpStatus = details.httpStatus ?? null;
    this.code = details.code ?? null;
    this.requestId = details.requestId ?? null;
  }
}
