import { attemptsOf } from './attempts.ts';
import type { Instance } from './instance.ts';
import { nodesOf, type ReachedNode } from './topology.ts';
import { add, createInterner, createTable, type TruthLabels, type TruthRow } from './truth-table.ts';

export interface NodeDurationRow extends TruthLabels {
  readonly count: number;
  readonly sumSeconds: number;
}

interface EndedAttempt {
  readonly endMs: number;
  readonly nodes: readonly ReachedNode[];
}

/** What has ended doesn't change until something else happens to it. */
const remembered = new WeakMap<Instance, { readonly events: number; readonly attempts: readonly EndedAttempt[] }>();

function endedAttempts(instance: Instance): readonly EndedAttempt[] {
  const events = instance.events.length;
  const known = remembered.get(instance);
  if (known?.events === events) return known.attempts;
  const attempts = attemptsOf(instance).flatMap((attempt) =>
    attempt.endMs === null ? [] : [{ endMs: attempt.endMs, nodes: nodesOf(instance, attempt) }],
  );
  remembered.set(instance, { events, attempts });
  return attempts;
}

/** What a reader of every topology has seen who read it after each attempt that ended. */
export function createNodes(sinceMs: number) {
  const labelsOf = createInterner<TruthLabels>();
  const failures = createTable(add);
  const counts = createTable(add);
  const sums = createTable(add);
  return {
    put(playbook_id: string, instance: Instance): void {
      if (instance.nodes.length === 0 && instance.failure === null) return;
      for (const { endMs, nodes } of endedAttempts(instance)) {
        if (endMs < sinceMs) continue;
        for (const { name, status, startMs, endMs: nodeEndMs } of nodes) {
          const labels = labelsOf(`${playbook_id}\n${name}`, () => ({ playbook_id, node: name }));
          if (status === 'FAILED') failures.put(labels, 1);
          if (nodeEndMs === null) continue;
          counts.put(labels, 1, status);
          sums.put(labels, nodeEndMs - startMs, status);
        }
      }
    },
    nodeFailures: (): TruthRow[] => failures.rows(),
    nodeDurations: (): NodeDurationRow[] => {
      const sumsMs = sums.rows();
      return counts.rows().map(({ value, ...labels }, index) => ({
        ...labels,
        count: value,
        sumSeconds: (sumsMs[index]?.value ?? 0) / 1000,
      }));
    },
  };
}
