import type { Mapping } from '../mapping.ts';
import type { Environment } from '../variables.ts';

/** A kind of credentials: its keys, and how it is found for a workspace without credentials. */
export interface Kind<T> extends Mapping<T> {
  /** What messages call it. Only the variables of kinds with a name select a kind. */
  readonly called?: string;
  readonly fallback?: Fallback;
}

/** Where to look for credentials that are neither in the file nor in the environment. */
export interface Fallback {
  readonly from: 'profile' | 'metadata';
  /** What a file would contain, and what a message names if that is wrong; null: nothing found. */
  find(environment: Environment): Promise<{ readonly given: object; readonly source: string } | null>;
}
