/** Rows that meet under one key as one: a statement can write no row twice. */
export function byKey<Row>(rows: readonly Row[], keyOf: (row: Row) => string, join: (a: Row, b: Row) => Row): Row[] {
  const all = new Map<string, Row>();
  for (const row of rows) {
    const key = keyOf(row);
    const known = all.get(key);
    all.set(key, known === undefined ? row : join(known, row));
  }
  return [...all.values()];
}
