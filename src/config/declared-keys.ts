import { z } from 'zod';
import { configuration } from './config.ts';

/** A key of the configuration that has a value. */
export interface DeclaredKey {
  /** Such as `workspaces[].region`. */
  readonly path: string;
  /** Its path in a file, in the first item of a list. */
  readonly steps: readonly (string | number)[];
  /** What is allowed, such as `duration, 1m to 180d`. */
  readonly values: string;
  readonly default: unknown;
  readonly isRequired: boolean;
  readonly meaning: string;
  readonly variable: string | null;
}

interface Shape {
  readonly values?: string;
  readonly meaning?: string;
  readonly variable?: string;
  readonly default?: unknown;
  readonly instead?: unknown;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly required?: readonly string[];
}

/** All keys, in the order of the file. */
export function declaredKeys(): DeclaredKey[] {
  return below(z.toJSONSchema(configuration.schema, { io: 'input', unrepresentable: 'any' }) as Shape, '', []);
}

function below(shape: Shape, parent: string, above: DeclaredKey['steps']): DeclaredKey[] {
  return Object.entries(shape.properties ?? {}).flatMap(([name, child]) => {
    const path = parent === '' ? name : `${parent}.${name}`;
    const steps = [...above, name];
    const { values = '', meaning = '', variable = null } = child;
    const isRequired = shape.required?.includes(name) ?? false;
    const key = { path, steps, values, meaning, variable, isRequired, default: child.default ?? child.instead };
    const inside = [...below(child, path, steps), ...below(child.items ?? {}, `${path}[]`, [...steps, 0])];
    // A section has no row of its own.
    return inside.length > 0 && meaning === '' ? inside : [key, ...inside];
  });
}
