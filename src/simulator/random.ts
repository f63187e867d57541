/** A small seeded generator (mulberry32): the same seed gives the same numbers on every machine. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  chance(probability: number): boolean;
  between(low: number, high: number): number;
  exponential(mean: number): number;
  lognormal(median: number, sigma: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
  shuffle<T>(items: T[]): void;
  uuid(): string;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  function hex(digits: number): string {
    return Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join('');
  }

  return {
    next,
    chance: (probability) => next() < probability,
    between: (low, high) => low + (high - low) * next(),
    exponential: (mean) => -mean * Math.log(1 - next()),
    lognormal: (median, sigma) => {
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
      return median * Math.exp(sigma * normal);
    },
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
    shuffle: (items) => {
      for (let last = items.length - 1; last > 0; last -= 1) {
        const other = Math.floor(next() * (last + 1));
        const [a, b] = [items[last], items[other]];
        // The indexes are within the list, so nothing here is undefined that wasn't an element.
        items[last] = b as (typeof items)[number];
        items[other] = a as (typeof items)[number];
      }
    },
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
  };
}
