import type { Signable } from '../http/sign.ts';

/** What proves to SecMaster who is calling. One object serves all callers with the same account and project. */
export interface Credentials {
  /** Reads files again that the user provides; a failure is a `SecMasterError`. */
  refresh(): Promise<void>;
  /** After a `refresh`. May call IAM or the metadata service; a failure is a `SecMasterError`. */
  authorize(request: Signable, nowMs: number, signal: AbortSignal): Promise<Authorization>;
  /** Called after each success; absent: it makes no difference. */
  accepted?(authorization: Authorization): void;
  /** Called after each 401 and a `refresh`: whether a new authorization may be accepted at once. */
  refused(refusal: Refusal): boolean;
  /** As of the last `refresh`. Changes when the user provides other credentials: a refusal of the old ones says nothing about them. */
  fingerprint(): string;
  /** null: they don't expire, haven't been obtained yet, or don't say when. */
  expiresAtMs(): number | null;
}

export interface Authorization {
  /** Sent with the request; all of them are secret. */
  readonly headers: AuthHeaders;
  /** Of the credentials behind them. */
  readonly fingerprint: string;
}

export type AuthHeaders = Readonly<Record<string, string>>;

/** Both times are SecMaster's, as far as it was known at that moment. */
export interface Refusal extends Authorization {
  readonly authorizedAtMs: number;
  readonly nowMs: number;
}
