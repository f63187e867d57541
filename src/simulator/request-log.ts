/** One request to the simulated API. */
export interface LoggedRequest {
  /** When it arrived. */
  readonly atMs: number;
  readonly operation: string;
  readonly workspaceId: string | null;
  /** null if the connection was reset. */
  readonly status: number | null;
  readonly query: string;
  /** The kind of its fault. */
  readonly fault: string | null;
}

export interface RequestLog {
  add(request: LoggedRequest): void;
  total(): number;
  /** Of one operation. */
  count(operation: string): number;
  countsByOperation(): Readonly<Record<string, number>>;
  /** Number of 401 responses. */
  refused(): number;
  /** The latest ones, oldest first; only a limited number is kept. */
  last(n: number): readonly LoggedRequest[];
  clear(): void;
}

const kept = 10_000;

export function createRequestLog(): RequestLog {
  const counts = new Map<string, number>();
  let requests: LoggedRequest[] = [];
  let refused = 0;
  return {
    add: (request) => {
      counts.set(request.operation, (counts.get(request.operation) ?? 0) + 1);
      if (request.status === 401) refused += 1;
      requests.push(request);
      if (requests.length >= 2 * kept) requests = requests.slice(-kept);
    },
    total: () => [...counts.values()].reduce((sum, count) => sum + count, 0),
    count: (operation) => counts.get(operation) ?? 0,
    countsByOperation: () => Object.fromEntries(counts),
    refused: () => refused,
    last: (n) => (n === 0 ? [] : requests.slice(-Math.min(n, kept))),
    clear: () => {
      counts.clear();
      refused = 0;
      requests = [];
    },
  };
}
