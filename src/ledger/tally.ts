/** Adds up numbers by a key of several fields, so that the store writes once per key, not once per row. */
export class Tally<K extends object, V extends Record<keyof V, number>> {
  readonly #sums = new Map<string, K & V>();

  add(key: K, values: V): void {
    const text = JSON.stringify(Object.values(key));
    const sum = this.#sums.get(text);
    if (sum === undefined) this.#sums.set(text, { ...key, ...values });
    else for (const name in values) (sum as Record<string, number>)[name] = sum[name] + values[name];
  }

  list(): (K & V)[] {
    return [...this.#sums.values()];
  }
}
