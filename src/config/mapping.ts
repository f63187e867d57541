import { z } from 'zod';
import type { Value } from './value.ts';

/** Mappings of a file. Each key is declared once: its name, allowed values, default, meaning and variable. */

export interface About {
  /** For docs/configuration.md. */
  readonly meaning: string;
  /** The environment variable for it. */
  readonly variable?: string;
  /** What the program takes instead of an absent value, where the declaration says it only for docs/configuration.md. */
  readonly instead?: unknown;
}

/** One value of the program, and its key in the file, or the two keys of which one is set. */
export interface Key<T> {
  readonly shape: Readonly<Record<string, z.ZodType>>;
  readonly isRequired: boolean;
  /** A check that needs more than one key. */
  check?(given: object, context: z.RefinementCtx): void;
  read(checked: Checked): T;
  show(value: T): object;
}

export type Checked = Readonly<Record<string, unknown>>;
type Keys = Readonly<Record<string, Key<unknown>>>;
type ValuesOf<K extends Keys> = { readonly [P in keyof K]: K[P] extends Key<infer T> ? T : never };

export interface Mapping<T> extends Value<T> {
  readonly keys: readonly Key<unknown>[];
}

/** A required key, or one with a default, which is written as in a file. */
export function key<T>(name: string, value: Value<T>, about: About & { readonly default?: unknown }): Key<T> {
  const { default: given, ...rest } = about;
  const schema = given === undefined ? value.schema : value.schema.prefault(given);
  return single(name, value, described(schema, rest), given === undefined);
}

/** A key that may be absent: then the value is null. */
export function optionalKey<T>(name: string, value: Value<T>, about: About): Key<T | null> {
  const optional: Value<T | null> = {
    schema: described(value.schema.optional(), about),
    read: (checked) => (checked === undefined ? null : value.read(checked)),
    show: (one) => (one === null ? undefined : value.show(one)),
  };
  return single(name, optional, optional.schema, false);
}

/** A key that contains keys with their own meanings. */
export function part<T>(name: string, value: Value<T>): Key<T> {
  return single(name, value, value.schema, false);
}

/** Adds what the key says to what the schema says. */
export function described(schema: z.ZodType, about: About): z.ZodType {
  return schema.meta({ ...z.globalRegistry.get(schema), ...about });
}

export function mapping<K extends Keys>(keys: K): Mapping<ValuesOf<K>> {
  const all = Object.values(keys);
  const shape: Record<string, z.ZodType> = Object.assign({}, ...all.map((one) => one.shape));
  const schema = z.strictObject(shape).superRefine((given, context) => {
    for (const { check } of all) check?.(given, context);
  }, always);
  return {
    schema,
    keys: all,
    read: (checked) => {
      const values = Object.entries(keys).map(([property, one]) => [property, one.read(checked as Checked)]);
      return Object.fromEntries(values) as ValuesOf<K>;
    },
    show: (value) => Object.assign({}, ...Object.entries(keys).map(([property, one]) => one.show(value[property]))),
  };
}

/** Keys that all have defaults: the section may be absent or empty, as in `agency:` or `agency: {}`. */
export function section<K extends Keys>(keys: K): Mapping<ValuesOf<K>> {
  const whole = mapping(keys);
  return { ...whole, schema: z.preprocess((value) => value ?? {}, whole.schema) };
}

/** Checks between keys run even if a value is wrong, so that all problems are reported at once. */
export const always = {
  when: ({ value }: { readonly value: unknown }) => typeof value === 'object' && value !== null,
};

function single<T>(name: string, value: Value<T>, schema: z.ZodType, isRequired: boolean): Key<T> {
  return {
    shape: { [name]: schema },
    isRequired,
    read: (checked) => value.read(checked[name]),
    show: (one) => {
      const shown = value.show(one);
      return shown === undefined ? {} : { [name]: shown };
    },
  };
}
