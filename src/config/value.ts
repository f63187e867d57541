import type { z } from 'zod';

/** A value of a file: how it is checked, read, and written again. */
export interface Value<T> {
  readonly schema: z.ZodType;
  /** @param checked what the schema has accepted */
  read(checked: unknown): T;
  show(value: T): unknown;
}

export type ValueOf<V> = V extends Value<infer T> ? T : never;
