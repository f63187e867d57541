/** Labels of a row of the truth; those that a family hasn't got are left out. */
export interface TruthLabels {
  /** '' for an instance without a playbook. */
  readonly playbook_id: string;
  readonly trigger_type?: string;
  readonly status?: string;
  readonly node?: string;
  /** Where they are asked for; '' where there is none. */
  readonly workflow?: string;
  readonly workflow_version?: string;
  readonly dataclass?: string;
  readonly defense?: string;
}

/** A number by its labels. */
export interface TruthRow extends TruthLabels {
  readonly value: number;
}

/** Numbers by labels, in which numbers with the same labels are merged. */
export interface Table {
  /** Labels are the same if they are one object. */
  put(labels: TruthLabels, value: number, status?: string): void;
  /** Sorted by labels. */
  rows(): TruthRow[];
}

export function createTable(merge: (a: number, b: number) => number): Table {
  const values = new Map<TruthLabels, Map<string | undefined, number>>();
  return {
    put: (labels, value, status) => {
      let byStatus = values.get(labels);
      if (byStatus === undefined) {
        byStatus = new Map();
        values.set(labels, byStatus);
      }
      const known = byStatus.get(status);
      byStatus.set(status, known === undefined ? value : merge(known, value));
    },
    rows: () =>
      sortedByLabels(
        [...values].flatMap(([labels, byStatus]) =>
          [...byStatus].map(([status, value]) => ({ ...labels, ...(status !== undefined && { status }), value })),
        ),
      ),
  };
}

export const add = (a: number, b: number): number => a + b;

const order = ['playbook_id', 'trigger_type', 'workflow', 'workflow_version', 'dataclass', 'defense', 'node', 'status'];

export function sortedByLabels<T extends TruthLabels>(rows: readonly T[]): T[] {
  const keyed = rows.map((row) => ({
    row,
    key: JSON.stringify(order.map((label) => row[label as keyof TruthLabels] ?? null)),
  }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ row }) => row);
}

/** Gives one object for the same values. */
export function createInterner<T>(): (key: string, make: () => T) => T {
  const known = new Map<string, T>();
  return (key, make) => {
    let one = known.get(key);
    if (one === undefined) {
      one = make();
      known.set(key, one);
    }
    return one;
  };
}
