/** `make`, called only once for a key until it has been called for `most` keys; then all are forgotten. */
export function remembering<K, V>(most: number, make: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const made = known.get(key);
    if (made !== undefined || known.has(key)) return made as V;
    const value = make(key);
    if (known.size >= most) known.clear();
    known.set(key, value);
    return value;
  };
}
