import { type ExtraLabel, extraLabels } from '../model/extra-labels.ts';
import { isDocumentedStatus, isDocumentedTriggerType } from '../model/status.ts';

/**
 * Which values of a label have series of their own. SecMaster may send any number of trigger types, statuses, workflows: the documented
 * ones and the first others have their own for as long as they have series, all further ones share `other`.
 */

/** The value that further ones share. */
export const otherValue = 'other';

/** The labels whose values are kept in the ledger: of `node`, only those that share `other`. */
const valueLabels = ['trigger_type', 'status', 'node', ...extraLabels] as const;
export type ValueLabel = (typeof valueLabels)[number];

export interface LabelValue {
  readonly label: ValueLabel;
  readonly value: string;
  /** Whether it has series of its own. */
  readonly isOwn: boolean;
  /** The newest time of an instance that has it. */
  readonly seenMs: number;
}

/** Values of one label that share `other` and are remembered, to be counted. */
export const maxLimitedValues = 10_000;

const isDocumented: Readonly<Record<ValueLabel, (value: string) => boolean>> = {
  trigger_type: isDocumentedTriggerType,
  status: isDocumentedStatus,
  node: () => false,
  ...forExtraLabels(() => false),
};

function forExtraLabels<V>(value: V): Record<ExtraLabel, V> {
  return { workflow: value, workflow_version: value, dataclass: value, defense: value };
}

export function valueKey(label: ValueLabel, value: string): string {
  return `${label} ${value}`;
}

/** The values of a page: those that the ledger knows, and those that it is going to. */
export class LabelValues {
  readonly #known: ReadonlyMap<string, LabelValue>;
  readonly #max: number;
  /** Given their own on this page. */
  readonly #given = new Set<string>();
  readonly #met = new Map<string, LabelValue>();
  /** Counted once a value is unknown, which is rare. */
  #counts: Record<'own' | 'limited', Record<ValueLabel, number>> | null = null;

  constructor(known: ReadonlyMap<string, LabelValue>, max: number) {
    this.#known = known;
    this.#max = max;
  }

  of(label: ValueLabel, value: string): string {
    if (value === '' || value === otherValue) return value;
    const key = valueKey(label, value);
    if (this.#known.get(key)?.isOwn || this.#given.has(key)) return value;
    const { own } = this.#counted();
    if (!isDocumented[label](value) && own[label] >= this.#max) return otherValue;
    this.#given.add(key);
    own[label]++;
    return value;
  }

  /** Records an instance with the value at this time. */
  meet(label: ValueLabel, value: string, atMs: number): void {
    if (value === '' || value === otherValue) return;
    const key = valueKey(label, value);
    const known = this.#met.get(key) ?? this.#known.get(key);
    if (known?.isOwn) return;
    const isOwn = this.of(label, value) === value;
    if (!isOwn) this.limit(label, value, atMs);
    else this.#met.set(key, { label, value, isOwn, seenMs: Math.max(atMs, known?.seenMs ?? 0) });
  }

  /** Records a value that shares `other`. */
  limit(label: ValueLabel, value: string, atMs: number): void {
    const key = valueKey(label, value);
    const known = this.#met.get(key) ?? this.#known.get(key);
    const { limited } = this.#counted();
    if (known === undefined && limited[label]++ >= maxLimitedValues) return;
    this.#met.set(key, { label, value, isOwn: false, seenMs: Math.max(atMs, known?.seenMs ?? 0) });
  }

  /** For the next commit. */
  met(): LabelValue[] {
    return [...this.#met.values()];
  }

  #counted() {
    this.#counts ??= {
      own: countBy(this.#known.values(), ({ isOwn }) => isOwn),
      limited: countLimitedValues(this.#known.values()),
    };
    return this.#counts;
  }
}

/** How many values of each label share `other`. */
export function countLimitedValues(values: Iterable<LabelValue>): Record<ValueLabel, number> {
  return countBy(values, ({ isOwn }) => !isOwn);
}

function countBy(values: Iterable<LabelValue>, isCounted: (value: LabelValue) => boolean): Record<ValueLabel, number> {
  const counts = { trigger_type: 0, status: 0, node: 0, ...forExtraLabels(0) };
  for (const one of values) if (isCounted(one)) counts[one.label]++;
  return counts;
}
