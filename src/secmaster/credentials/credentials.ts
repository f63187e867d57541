import type { Signable } from '../http/sign.ts';

/** What proves to SecMaster who asks. One object serves every caller with the same account and project. */
export interface Credentials {
  /** May read files or call IAM or the metadata service, and then fails with a `SecMasterError`. */
  authorize(request: Signable, nowMs: number, signal: AbortSignal): Promise<Authorization>;
  /** Told of each 401: whether a new authorization may be accepted at once. */
  refused(refusal: Refusal): boolean;
  /** Another value when the user has put other credentials in place: those that were refused say nothing about them. */
  fingerprint(): string;
  /** null: they don't expire, are still to be obtained, or don't say when. */
  expiresAtMs(): number | null;
}

export interface Authorization {
  /** To be sent with the request, all of them secret. */
  readonly headers: AuthHeaders;
  /** Of the credentials that made them. */
  readonly fingerprint: string;
}

export type AuthHeaders = Readonly<Record<string, string>>;

/** Both times are SecMaster's, as far as it was known at that moment. */
export interface Refusal extends Authorization {
  readonly authorizedAtMs: number;
  readonly nowMs: number;
}
