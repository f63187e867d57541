import { expectedStartMs } from '../../../src/ledger/rhythm.ts';
import { labelText } from '../../../src/model/text.ts';
import type { Truth } from '../../../src/simulator/truth.ts';
import { parseExposition, sampleValue } from '../metrics/exposition.ts';
import type { FormerLabels } from './compare.ts';

export interface Seen {
  readonly nowMs: number;
  readonly windowStartMs: number;
  readonly former: FormerLabels;
  /**
   * Playbooks with runs that began before the first lookback, of trigger types that the document doesn't know: history isn't asked for by
   * them, so nobody knows when their versions first ran, or what they last worked on.
   */
  readonly unread: ReadonlySet<string>;
}

/** By the playbook's id and further labels. */
type Wanted = ReadonlyMap<string, number>;

/** How what an exposition says of playbooks and workflows, besides the runs that it counts, differs from the simulator's truth. */
export function playbookDifferences(exposition: string, truth: Truth, seen: Seen): string[] {
  const { nowMs, windowStartMs, former, unread } = seen;
  const samples = parseExposition(exposition);
  const shown = (family: string, ...names: readonly string[]) => {
    const found = samples.filter(({ name }) => name === family);
    const byKey = new Map(
      found.map(({ labels, value }) => [
        key(idOf(labels.playbook, former), ...names.map((name) => labels[name] ?? '')),
        value,
      ]),
    );
    const isTwice = byKey.size < found.length;
    return { byKey, doubled: isTwice ? [`${family}: two series of one playbook`] : [] };
  };
  const equal = (family: string, names: readonly string[], wanted: Wanted, isUnsure = (_: string) => false) => {
    const { byKey, doubled } = shown(family, ...names);
    const all = [...new Set([...byKey.keys(), ...wanted.keys()])].filter((one) => !isUnsure(one));
    const differing = all.filter((one) => byKey.get(one) !== wanted.get(one));
    return [...doubled, ...differing.map((one) => `${family}${one}: ${byKey.get(one)} instead of ${wanted.get(one)}`)];
  };
  const isUnread = (one: string) => unread.has(JSON.parse(one)[0]);

  const versions = truth.workflowVersions.map((row) => ({
    ...row,
    name: ownValue(row.name_en || row.workflow || row.workflow_id),
    label: ownValue(row.version || row.version_id),
  }));
  const firstStarts = new Map<string, number>();
  for (const { playbook_id, name, label, firstStart } of versions) {
    const one = key(playbook_id, name, label);
    firstStarts.set(one, Math.min(firstStart, firstStarts.get(one) ?? firstStart));
  }
  const firstStart = 'secmaster_workflow_version_first_start_timestamp_seconds';
  const early = [...shown(firstStart, 'workflow', 'version').byKey].filter(
    ([one, value]) => value < (firstStarts.get(one) ?? Number.POSITIVE_INFINITY),
  );

  const dataclasses = new Map(truth.dataclasses.map((row) => [row.playbook_id, ownValue(row.en_name || row.name)]));
  const ran = new Set(truth.starts.map(({ playbook_id }) => playbook_id).filter((id) => id !== ''));
  return [
    ...equal(
      'secmaster_playbook_enabled',
      [],
      new Map(truth.playbooks.map(({ playbook_id, enabled }) => [key(playbook_id), Number(enabled)])),
    ),
    ...equal(
      'secmaster_playbook_info',
      ['playbook_id', 'dataclass'],
      new Map(Array.from(ran, (id) => [key(id, id, dataclasses.get(id) ?? '(none)'), 1])),
      isUnread,
    ),
    ...equal(
      'secmaster_workflow_info',
      ['workflow_id', 'workflow', 'version'],
      new Map(
        versions
          .filter(({ lastStart }) => lastStart * 1000 >= windowStartMs)
          .map(({ playbook_id, workflow_id, name, label }) => [key(playbook_id, workflow_id, name, label), 1]),
      ),
    ),
    ...equal(firstStart, ['workflow', 'version'], firstStarts, isUnread),
    ...early.map(([one, value]) => `${firstStart}${one}: ${value}, earlier than ${firstStarts.get(one)}`),
    ...equal(
      'secmaster_playbook_expected_start_timestamp_seconds',
      ['trigger_type'],
      new Map(
        truth.starts.flatMap(({ playbook_id, trigger_type: triggerType = '', startsMs }) => {
          const dueMs = expectedStartMs(startsMs, { triggerType, nowMs });
          return dueMs === null ? [] : [[key(playbook_id, triggerType), dueMs / 1000] as const];
        }),
      ),
    ),
  ];
}

/**
 * Nodes of an attempt that was retried before its topology was read are lost, and counted as skipped: without such attempts the nodes are
 * true, and with them no more than that.
 *
 * @param isAll `metrics.nodes`: all; otherwise no more than the truth
 */
export function nodeDifferences(exposition: string, truth: Truth, former: FormerLabels, isAll: boolean): string[] {
  const topologies = 'secmaster_exporter_topologies_total';
  const lost = !isAll || ['skipped', 'failed'].some((result) => sampleValue(exposition, topologies, { result }) !== 0);
  const compared = (family: string, wanted: Wanted) => {
    const sums = new Map<string, number>();
    for (const { name, labels, value } of parseExposition(exposition)) {
      if (name !== family) continue;
      const one = key(idOf(labels.playbook, former), labels.node ?? '', labels.status ?? '');
      sums.set(one, (sums.get(one) ?? 0) + value);
    }
    return [...new Set([...sums.keys(), ...wanted.keys()])].flatMap((one) => {
      const [is, most] = [sums.get(one) ?? 0, wanted.get(one) ?? 0];
      const isRight = lost ? is <= most + 1e-6 : Math.abs(is - most) <= 1e-6;
      return isRight ? [] : [`${family}${one}: ${is} instead of ${lost ? 'at most ' : ''}${most}`];
    });
  };
  const ofDurations = (value: (row: Truth['nodeDurations'][number]) => number) =>
    new Map(truth.nodeDurations.map((row) => [key(row.playbook_id, row.node ?? '', row.status ?? ''), value(row)]));
  return [
    ...compared(
      'secmaster_workflow_node_failures_total',
      new Map(truth.nodeFailures.map(({ playbook_id, node = '', value }) => [key(playbook_id, node, ''), value])),
    ),
    ...compared(
      'secmaster_workflow_node_duration_seconds_count',
      ofDurations(({ count }) => count),
    ),
    ...compared(
      'secmaster_workflow_node_duration_seconds_sum',
      ofDurations(({ sumSeconds }) => sumSeconds),
    ),
  ];
}

/** Where no playbook has been renamed: from the exposition itself, and the list for those that never ran. */
export function labelsFrom(exposition: string, { playbooks }: Truth): FormerLabels {
  const infos = parseExposition(exposition).filter(({ name }) => name === 'secmaster_playbook_info');
  return new Map([
    ...playbooks.map(({ playbook, playbook_id }) => [labelText(playbook), playbook_id] as const),
    ...infos.map(({ labels }) => [labels.playbook ?? '', labels.playbook_id ?? ''] as const),
  ]);
}

function key(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}

function idOf(label: string | undefined, former: FormerLabels): string {
  return label === '(none)' ? '' : (former.get(label ?? '') ?? `no playbook has the label ${label}`);
}

/** As the labels of `metrics.labels` show it. */
export function ownValue(value: string): string {
  if (value === '') return '(none)';
  return value === '(none)' || value === 'other' ? `"${value}"` : labelText(value);
}
