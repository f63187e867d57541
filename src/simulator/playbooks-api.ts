import type { Behaviour } from './behaviour.ts';
import type { Workspace } from './directory.ts';
import { gatewayProblem, type Problem } from './errors.ts';
import { hostileName, isHostile } from './hostile-names.ts';
import { integer, invalid } from './list/parameters.ts';
import type { ListedPlaybook } from './playbook-list.ts';

type Playbooks = Behaviour['playbooks'];

/** The page of a workspace's playbooks that is asked for (docs/secmaster-api.md#list-playbooks). */
export function playbooksAnswer(
  { world, behaviour: handle }: Workspace,
  parameters: URLSearchParams,
): object | Problem {
  const { playbooks: behaviour } = handle.get();
  if (behaviour.list === 'refused') {
    return gatewayProblem(403, 'APIGW.0302', 'The app is not authorized to access the API');
  }
  if (behaviour.list === 'not-found') {
    return gatewayProblem(404, 'APIGW.0101', 'The API does not exist or has not been published');
  }
  const limit = integer(parameters.get('limit') ?? '', 1, behaviour.maxLimit);
  const asked = integer(parameters.get('offset') ?? '', 0, 10_000);
  if (limit === null || asked === null) return invalid('limit and offset are mandatory');
  const enabled = parameters.get('enabled');
  if (enabled && !['true', 'false'].includes(enabled)) return invalid('enabled must be true or false');

  const matching = [...world.playbooks.listed.values()].filter(
    (playbook) => contains(playbook, parameters) && (!enabled || String(playbook.enabled) === enabled),
  );
  const size = Math.min(limit, behaviour.maxRows ?? limit);
  const { firstPage } = behaviour;
  const offset = {
    honoured: asked,
    ignored: 0,
    'as-page': Math.max(0, asked - firstPage) * size,
  }[behaviour.offset];
  const rows = matching
    .slice(offset, offset + size)
    .map((playbook, index) => rowOf(playbook, offset + index, behaviour));
  return {
    code: '00000000',
    message: '',
    size: limit,
    page: Math.floor(offset / size) + firstPage,
    ...totalOf(matching.length, rows.length, behaviour.total),
    ...dataOf(rows, behaviour.data),
  };
}

/** Of the filters, none of which is documented to compare in any way. */
function contains({ name, dataclass }: ListedPlaybook, parameters: URLSearchParams): boolean {
  const holds = (key: string, value: string) => value.includes(parameters.get(key) ?? '');
  return (
    holds('search_txt', name) &&
    holds('name', name) &&
    holds('description', '') &&
    holds('dataclass_name', dataclass?.name ?? '')
  );
}

function rowOf(playbook: ListedPlaybook, position: number, behaviour: Playbooks): unknown {
  const isOther = position % 2 === 1;
  if (behaviour.rows === 'some-are-none' && isOther) {
    return [null, 7, 'playbook', []][Math.floor(position / 2) % 4];
  }
  const { id, enabled, version, versionId, dataclass } = playbook;
  return {
    ...(isOther ? idOf(id, behaviour.ids) : { id }),
    ...nameOf(playbook.name, behaviour.names),
    description: '',
    ...enabledOf(enabled, behaviour.enabled),
    version,
    version_id: versionId,
    ...dataclassOf(dataclass, behaviour.dataclasses),
  };
}

function idOf(id: string, how: Playbooks['ids']): object {
  const written = {
    shown: id,
    absent: undefined,
    null: null,
    empty: '',
    number: 7,
    long: id.repeat(100),
    same: 'same',
  };
  return { id: written[how] };
}

function nameOf(name: string, how: Playbooks['names']): object {
  if (isHostile(how)) return { name: hostileName(name, how) };
  return { name: { shown: name, absent: undefined, null: null, empty: '', same: 'Playbook' }[how] };
}

function enabledOf(enabled: boolean, how: Playbooks['enabled']): object {
  const number = enabled ? 1 : 0;
  const written = {
    boolean: enabled,
    text: String(enabled),
    'upper-case-text': String(enabled).toUpperCase(),
    number,
    'number-text': String(number),
    word: enabled ? 'ENABLED' : 'DISABLED',
    null: null,
    absent: undefined,
  };
  return { enabled: written[how] };
}

function dataclassOf(dataclass: ListedPlaybook['dataclass'], how: Playbooks['dataclasses']): object {
  const write = (value: string) => ({ shown: value, absent: undefined, null: null, empty: '' })[how];
  return { dataclass_id: write(dataclass?.id ?? ''), dataclass_name: write(dataclass?.name ?? '') };
}

function totalOf(matching: number, ofPage: number, how: Playbooks['total']): object {
  const written = {
    number: matching,
    absent: undefined,
    null: null,
    zero: 0,
    text: String(matching),
    word: 'many',
    page: ofPage,
    off: matching + 3,
  };
  return { total: written[how] };
}

function dataOf(rows: readonly unknown[], how: Playbooks['data']): object {
  return { data: { rows, null: null, absent: undefined, object: { rows }, text: JSON.stringify(rows) }[how] };
}
