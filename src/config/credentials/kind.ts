import type { Mapping } from '../mapping.ts';
import type { Environment } from '../variables.ts';

/** A kind of credentials: its keys, and how it is found where a workspace names no credentials. */
export interface Kind<T> extends Mapping<T> {
  /** What it is called where its variables stand beside those of another kind; without it they don't choose it. */
  readonly called?: string;
  readonly fallback?: Fallback;
}

/** Where credentials are looked for that neither the file nor the environment names. */
export interface Fallback {
  readonly from: 'profile' | 'metadata';
  /** What a file would have said, and what is named where that is wrong; null: there is nothing. */
  find(environment: Environment): { readonly given: object; readonly source: string } | null;
}
