import type { Labels } from '../model/snapshot.ts';
import { labelsText } from './label-set.ts';

/** Adds up numbers by a key of labels and something else, so that the store writes once per key, not once per row. */
export class Tally<K extends { readonly labels: Labels }, V extends Record<keyof V, number>> {
  /** By the rest of the key, then by the text of the labels: a text made of both would have to be made for each row. */
  readonly #sums = new Map<string | number, Map<string, K & V>>();
  readonly #restOf: (key: K) => string | number;

  /** @param restOf what a key has beside its labels */
  constructor(restOf: (key: K) => string | number) {
    this.#restOf = restOf;
  }

  add(key: K, values: V): void {
    const rest = this.#restOf(key);
    const sums = this.#sums.get(rest) ?? new Map<string, K & V>();
    if (sums.size === 0) this.#sums.set(rest, sums);
    const text = labelsText(key.labels);
    const sum = sums.get(text);
    if (sum === undefined) sums.set(text, { ...key, ...values });
    else for (const name in values) (sum as Record<string, number>)[name] = sum[name] + values[name];
  }

  list(): (K & V)[] {
    return this.#sums
      .values()
      .flatMap((sums) => sums.values())
      .toArray();
  }
}
