import { formatTime } from '../model/time.ts';
import type { Behaviour } from './behaviour.ts';
import { hostileName } from './hostile-names.ts';
import { type Dress, missingIn, type Row } from './row.ts';
import { dressedTopology, isTopologyDressed } from './topology-dress.ts';

/** How rows are written: as this behaviour says, by the first of two replicas or by the second. */
export function dressOf({ rows, replicas, topology }: Behaviour, isSecond: boolean): Dress {
  const differs = (what: Behaviour['replicas']['differIn'][number]) => isSecond && replicas.differIn.includes(what);
  const missing = missingIn(rows.nulls);
  const isLower = (rows.spelling === 'lower') !== differs('spelling');
  const steps: Dress[] = [];

  if (rows.times !== '…Z+0800' || rows.milliseconds === 'absent' || differs('milliseconds')) {
    const offMs = differs('milliseconds') ? 1 : 0;
    const written = (ms: number | null) =>
      ms === null ? missing('') : writeTime(ms + offMs, rows.times, rows.milliseconds);
    steps.push((row, { startTimeMs, endTimeMs }) => ({
      ...row,
      start_time: written(startTimeMs),
      end_time: written(endTimeMs),
    }));
  }
  if (isLower) {
    steps.push((row) => ({ ...row, status: lower(row.status), trigger_type: lower(row.trigger_type) }));
  }
  if (differs('name')) steps.push((row) => ({ ...row, name: `${row.name} (2)` }));
  if (differs('playbook-name')) {
    steps.push((row, { playbook }) =>
      playbook === null ? row : { ...row, playbook: { ...playbook, name: `${playbook.name} (2)` } },
    );
  }
  if (differs('playbook')) steps.push((row) => ({ ...row, playbook: missing({}) }));
  if (differs('trigger-type')) steps.push((row) => ({ ...row, trigger_type: missing('') }));
  if (rows.paddingBytes > 0) steps.push((row) => ({ ...row, padding: 'x'.repeat(rows.paddingBytes) }));
  if (rows.names !== 'plain') {
    const { names } = rows;
    steps.push((row) => withNames(row, (name) => hostileName(name, names)));
  }
  if (rows.workflow !== 'shown') {
    const { workflow: how } = rows;
    steps.push((row) => ({ ...row, workflow: partOf(row.workflow, how) }));
  }
  if (rows.dataclass !== 'shown') {
    const { dataclass: how } = rows;
    steps.push((row) => ({ ...row, dataclass: partOf(row.dataclass, how) }));
  }
  if (rows.objects !== 'shown') {
    const { objects: how } = rows;
    steps.push((row) => ({
      ...row,
      defense_id: objectId(row.defense_id, how),
      dataobject_id: objectId(row.dataobject_id, how),
    }));
  }
  if (isLower || isTopologyDressed(topology)) {
    steps.push((row) =>
      'topology' in row ? { ...row, topology: dressedTopology(row.topology, topology, isLower) } : row,
    );
  }
  if (steps.length === 0) return (row) => row;
  return (row, instance) => steps.reduce((dressedRow, step) => step(dressedRow, instance), row);
}

function writeTime(
  ms: number,
  form: Behaviour['rows']['times'],
  milliseconds: Behaviour['rows']['milliseconds'],
): string {
  const utc = new Date(ms).toISOString();
  const written = {
    '…Z+0800': formatTime(ms),
    '…Z+0000': `${utc}+0000`,
    '…Z': utc,
    '…+08:00': formatTime(ms).replace('Z+0800', '+08:00'),
  }[form];
  return milliseconds === 'shown' ? written : written.replace(/\.\d{3}/, '');
}

function lower(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

/** All of a row's names. */
function withNames(row: Row, write: (name: string) => string): Row {
  const written = (value: unknown) => (typeof value === 'string' && value !== '' ? write(value) : value);
  const keys = ['name', 'name_en', 'en_name', 'version'];
  const within = (value: unknown) =>
    isRow(value)
      ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, keys.includes(key) ? written(one) : one]))
      : value;
  const { playbook, workflow, dataclass } = row;
  return {
    ...row,
    name: written(row.name),
    playbook: within(playbook),
    workflow: within(workflow),
    dataclass: within(dataclass),
  };
}

function partOf(part: unknown, how: Behaviour['rows']['workflow']): unknown {
  const { id, version, version_id, ...names } = isRow(part) ? part : {};
  switch (how) {
    case 'shown':
      return part;
    case 'null':
      return null;
    case 'absent':
      return undefined;
    case 'empty':
      return {};
    case 'no-version':
      return { id, ...names };
    case 'no-id':
      return { ...names, version, version_id };
    case 'name-only':
      return { name: names.name };
    case 'text':
      return String(names.name ?? '');
  }
}

function objectId(id: unknown, how: Behaviour['rows']['objects']): unknown {
  return { shown: id, null: null, absent: undefined, empty: '', number: 42, long: `${id}`.padEnd(5_000, 'x') }[how];
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null;
}
