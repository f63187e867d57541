import type { Truth, TruthRow } from '../../../src/simulator/truth.ts';
import { parseExposition } from '../metrics/exposition.ts';

const add = (a: number, b: number) => a + b;

function merge(family: string): (a: number, b: number) => number {
  if (!family.endsWith('_timestamp_seconds')) return add;
  return family.includes('_oldest_') ? Math.min : Math.max;
}

/** Every way in which the workflow families of an exposition differ from the simulator's truth; none: they are equal. */
export function differences(exposition: string, truth: Truth, windowStartMs: number): string[] {
  const samples = parseExposition(exposition);
  const ids = new Map(
    samples
      .filter(({ name }) => name === 'secmaster_playbook_info')
      .map(({ labels }) => [labels.playbook, labels.playbook_id]),
  );
  ids.set('', '');

  /** Samples of a family by playbook id and the other labels; those of a renamed playbook are put together. */
  const shown = (family: string): Map<string, number> => {
    const rows = new Map<string, number>();
    for (const { name, labels, value } of samples) {
      if (name !== family || value === 0) continue;
      const key = keyOf({ ...labels, playbook_id: ids.get(labels.playbook) });
      const known = rows.get(key);
      rows.set(key, known === undefined ? value : merge(family)(known, value));
    }
    return rows;
  };
  const expected = (rows: readonly TruthRow[]) =>
    new Map(rows.filter(({ value }) => value !== 0).map((row) => [keyOf(row), row.value]));

  const differ = (family: string, truthRows: readonly TruthRow[], tolerance = 0): string[] => {
    const [actual, wanted] = [shown(family), expected(truthRows)];
    return [...new Set([...actual.keys(), ...wanted.keys()])]
      .filter((key) => !(Math.abs((actual.get(key) ?? 0) - (wanted.get(key) ?? 0)) <= tolerance))
      .map((key) => `${family}${key}: ${actual.get(key)} instead of ${wanted.get(key)}`);
  };
  // What began or ended before the lookback is not read, and the time of an attempt is lost once it is retried.
  const recent = (row: TruthRow) => row.value * 1000 >= windowStartMs;
  const lasting = ({ status }: { status?: string }) => status !== 'FAILED';
  const durations = truth.durations.filter(lasting);
  const withoutFailed = (found: string[]) => found.filter((difference) => !difference.includes('FAILED'));
  const onlyOf = (rows: readonly TruthRow[], found: string[]) =>
    found.filter((difference) => rows.some((row) => difference.includes(keyOf(row))));

  return [
    ...differ('secmaster_workflow_instances', truth.instances),
    ...differ('secmaster_workflow_recent_retries', truth.recentRetries),
    ...differ('secmaster_workflow_oldest_open_start_timestamp_seconds', truth.oldestOpenStart),
    ...differ('secmaster_workflow_instances_started_total', truth.started),
    ...differ('secmaster_workflow_instances_completed_total', truth.completed),
    ...differ('secmaster_workflow_retries_total', truth.retries),
    ...withoutFailed(
      differ(
        'secmaster_workflow_duration_seconds_count',
        durations.map((row) => ({ ...row, value: row.count })),
      ),
    ),
    ...withoutFailed(
      differ(
        'secmaster_workflow_duration_seconds_sum',
        durations.map((row) => ({ ...row, value: row.sumSeconds })),
        0.001,
      ),
    ),
    ...onlyOf(
      truth.lastStart.filter(recent),
      differ('secmaster_workflow_last_start_timestamp_seconds', truth.lastStart),
    ),
    ...onlyOf(
      truth.lastCompletion.filter(recent).filter(lasting),
      differ('secmaster_workflow_last_completion_timestamp_seconds', truth.lastCompletion),
    ),
    ...ratioDifferences(shown('secmaster_workflow_failure_ratio'), truth),
  ];
}

function ratioDifferences(shown: ReadonlyMap<string, number>, { instances }: Truth): string[] {
  const byTrigger = Map.groupBy(instances, ({ playbook_id, trigger_type = '' }) =>
    keyOf({ playbook_id, trigger_type }),
  );
  return [...byTrigger].flatMap(([key, rows]) => {
    const count = (...statuses: string[]) =>
      rows.filter(({ status = '' }) => statuses.includes(status)).reduce((sum, { value }) => sum + value, 0);
    const ended = count('FINISHED', 'FAILED', 'TERMINATED');
    const wanted = ended === 0 ? 0 : count('FAILED') / ended;
    const actual = shown.get(key) ?? 0;
    return Math.abs(actual - wanted) < 1e-9 ? [] : [`failure ratio${key}: ${actual} instead of ${wanted}`];
  });
}

function keyOf(labels: { playbook_id?: string | undefined; trigger_type?: string; status?: string }): string {
  return JSON.stringify([labels.playbook_id ?? null, labels.trigger_type ?? null, labels.status ?? null]);
}
