export interface Limits {
  readonly total: number;
  readonly byClient: number;
}

/** What clients hold or wait for. Where there is no room, the oldest thing of the busiest client goes. */
export interface Shares<T> {
  /** @returns what goes for it; or itself, where its own client has nothing that may go */
  add(client: string, one: T): T | null;
  remove(client: string, one: T): void;
  /** Makes it the newest of its client, if it is still there. */
  renew(client: string, one: T): void;
  /** Removes the newest thing of the next client: all clients have their turn. */
  take(): T | null;
  all(): T[];
}

/** @param mayGo whether it may go for a newer thing of the same client; for another client it always may */
export function createShares<T>(limits: Limits, mayGo: (one: T) => boolean = () => true): Shares<T> {
  /** Oldest first. */
  const held = new Map<string, T[]>();
  let total = 0;

  /** Who has to give something up for a new thing of the client. */
  function loser(client: string): string | null {
    const own = held.get(client)?.length ?? 0;
    if (own >= limits.byClient) return client;
    if (total < limits.total) return null;
    let [busiest, most] = [client, own];
    for (const [one, { length }] of held) if (length > most) [busiest, most] = [one, length];
    return busiest;
  }

  function remove(client: string, one: T): void {
    const things = held.get(client) ?? [];
    const at = things.indexOf(one);
    if (at === -1) return;
    things.splice(at, 1);
    total -= 1;
    if (things.length === 0) held.delete(client);
  }

  return {
    remove,
    add(client, one) {
      const from = loser(client);
      const oldest = from === null ? null : (held.get(from)?.[0] ?? one);
      if (from !== null && oldest !== null) {
        if (from === client && (oldest === one || !mayGo(oldest))) return one;
        remove(from, oldest);
      }
      const things = held.get(client);
      if (things === undefined) held.set(client, [one]);
      else things.push(one);
      total += 1;
      return oldest;
    },
    renew(client, one) {
      const things = held.get(client);
      if (things === undefined || !things.includes(one)) return;
      things.push(...things.splice(things.indexOf(one), 1));
    },
    take() {
      const [next] = held;
      const newest = next?.[1].at(-1);
      if (next === undefined || newest === undefined) return null;
      const [client, things] = next;
      remove(client, newest);
      // Behind all others.
      if (held.delete(client)) held.set(client, things);
      return newest;
    },
    all: () => [...held.values()].flat(),
  };
}
