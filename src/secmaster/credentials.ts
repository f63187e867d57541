import type { Signable } from './sign.ts';

/** What proves to SecMaster who asks. One object serves every caller with the same account and project. */
export interface Credentials {
  /** The headers to send with the request, all of them secret. May call IAM, and then fails with its error. */
  authorize(request: Signable, nowMs: number, signal: AbortSignal): Promise<AuthHeaders>;
  /** Told of each 401: whether new headers may be accepted at once. */
  refused(refusal: Refusal): boolean;
  /** null: they don't expire, or are still to be obtained. */
  expiresAtMs(): number | null;
}

export type AuthHeaders = Readonly<Record<string, string>>;

/** Both times are SecMaster's, as far as it was known at that moment. */
export interface Refusal {
  readonly headers: AuthHeaders;
  readonly authorizedAtMs: number;
  readonly nowMs: number;
}
