import { type Problem, socProblem } from '../errors.ts';

/** A parameter's value; null where it is missing or empty. */
export type Given = (name: string) => string | null;

export function givenIn(parameters: URLSearchParams): Given {
  return (name) => parameters.get(name) || null;
}

/** An integer of digits alone within the bounds, else null. */
export function integer(text: string, low: number, high: number): number | null {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= low && value <= high ? value : null;
}

export function invalid(why: string): Problem {
  return socProblem('20030001', `Invalid parameters: ${why}.`);
}
