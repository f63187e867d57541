import { failureReasons } from '../../../src/poll/failure.ts';
import { rejectionReasons } from '../../../src/secmaster/api/secmaster.ts';
import type { StrictFamily } from './strict-exposition.ts';

/** How much one workspace may come to, whatever SecMaster sends. */
export interface Limits {
  readonly maxPlaybooks: number;
  readonly maxValues: number;
  readonly durationBuckets: readonly number[];
}

/** Documented statuses and trigger types always have their own series. */
const documented = { trigger_type: 4, status: 7 };
/** What further ones share, and the value of an instance that has none. */
const shared = 2;
const maxLabelLength = 200;
/** Of one playbook, see src/poll/nodes.ts. */
const maxNodes = 100;
/** Of a workspace, see src/ledger/versions.ts. */
const maxVersions = 1_000;

/** The most values of each label. */
export function maxValuesOf({ maxPlaybooks, maxValues, durationBuckets }: Limits): Readonly<Record<string, number>> {
  // A renamed playbook has both names for a while.
  const playbooks = 2 * maxPlaybooks + shared;
  return {
    workspace: 1,
    workspace_id: 1,
    workspace_name: 1,
    project_id: 1,
    region: 1,
    playbook: playbooks,
    playbook_id: playbooks,
    playbook_name: playbooks,
    trigger_type: maxValues + documented.trigger_type + shared,
    status: maxValues + documented.status + shared,
    node: playbooks * (maxNodes + 1),
    dataclass: playbooks,
    workflow: maxVersions,
    workflow_id: maxVersions,
    version: maxVersions,
    result: 3,
    reason: failureReasons.length + rejectionReasons.length + shared,
    le: durationBuckets.length + 1,
    state: 2,
    label: 10,
    assumption: 30,
  };
}

/** What exceeds its bound in a workspace's families: values of a label, their length and signs, or series of a family. */
export function excesses(families: readonly StrictFamily[], limits: Limits): string[] {
  const max = maxValuesOf(limits);
  return families.flatMap(({ name, samples }) => {
    if (!name.startsWith('secmaster_') || !samples.some(({ labels }) => 'workspace' in labels)) return [];
    const values = new Map<string, Set<string>>();
    for (const { labels } of samples)
      for (const [label, value] of Object.entries(labels))
        values.set(label, (values.get(label) ?? new Set()).add(value));
    const labelled = [...values].flatMap(([label, all]) => {
      const many = all.size > (max[label] ?? 0) ? [`${all.size} values of ${label}, more than ${max[label]}`] : [];
      const odd = [...all].filter(
        (value) => value.length > maxLabelLength || /[\p{Cc}\p{Cs}\u2028\u2029]/u.test(value),
      );
      const shown = odd
        .slice(0, 1)
        .map((value) => `${label} of ${value.length}: ${JSON.stringify(value.slice(0, 60))}`);
      return [...many, ...shown];
    });
    return labelled.map((text) => `${name}: ${text}`);
  });
}
