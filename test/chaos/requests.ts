/** How often each operation of SecMaster was asked for. */
export type Requests = Readonly<Record<string, number>>;

export const totalOf = (requests: Requests): number => Object.values(requests).reduce((sum, count) => sum + count, 0);

export function since(before: Requests, after: Requests): Requests {
  return Object.fromEntries(
    Object.entries(after).map(([operation, count]) => [operation, count - (before[operation] ?? 0)]),
  );
}
