import { expect, test } from 'vitest';
import type { BehaviourChange } from '../../../src/simulator/behaviour.ts';
import { four, idsOf } from './harness.ts';

type Filters = NonNullable<BehaviourChange['filters']>;
const joined = (ids: readonly string[] | string) => (typeof ids === 'string' ? ids : ids.join(''));
const unsupported = (name: string) => `20030001 Invalid parameters: ${name} is not supported.`;
const outOfRange = (name: string) => `20030001 Invalid parameters: ${name} is not in its range.`;

test.each<[keyof Filters, string, string]>([
  ['id', 'b', 'b'],
  ['name', 'ZF', 'ba'],
  ['status', 'FAILED', 'a'],
  ['trigger_type', 'TIMER', 'b'],
  ['playbook_id', 'p2', 'b'],
  ['workflow_id', 'w1', 'c'],
  ['dataclass_id', 'class-alert', 'a'],
  ['dataobject_id', 'o1', 'c'],
  ['defence_id', 'l1', 'd'],
])('%s is honoured, ignored or refused', (name, value, found) => {
  const query = `${name}=${value}`;
  expect(joined(idsOf(four(), query))).toBe(found);
  expect(joined(idsOf(four(), query, { filters: { [name]: 'ignored' } }))).toBe('dcba');
  expect(joined(idsOf(four(), query, { filters: { [name]: 'refused' } }))).toBe(unsupported(name));
  expect(joined(idsOf(four(), '', { filters: { [name]: 'refused' } }))).toBe('dcba');
});

test.each<[string, Filters, string, string, string]>([
  ['the beginning of an id is enough', { playbook_id: 'prefix' }, 'playbook_id=p', '', 'ba'],
  ['the middle of a name is not', { name: 'prefix' }, 'name=F-0', 'ba', ''],
  ['the case of a status is all the same', { status: 'any-case' }, 'status=Running', '', 'dc'],
  ['the case of a part of a name is all the same', { name: 'any-case' }, 'name=zf-', '', 'ba'],
  ['a status that is not documented is refused', { status: 'documented' }, 'status=CREATED', '', outOfRange('status')],
  ['a documented one is not', { status: 'documented' }, 'status=FAILED', 'a', 'a'],
  ['of two filters one is ignored', { status: 'ignored' }, 'status=FAILED&trigger_type=EVENT', 'a', 'ca'],
])('%s', (_, filters, text, friendly, answer) => {
  expect(joined(idsOf(four(), text))).toBe(friendly);
  expect(joined(idsOf(four(), text, { filters }))).toBe(answer);
});
