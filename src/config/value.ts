import type { z } from 'zod';

/** What may stand in a file: how it is checked, what the program makes of it, and how a file would write it again. */
export interface Value<T> {
  readonly schema: z.ZodType;
  /** Of what the schema has let through. */
  read(checked: unknown): T;
  show(value: T): unknown;
}

export type ValueOf<V> = V extends Value<infer T> ? T : never;
