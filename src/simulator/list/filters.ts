import type { Behaviour } from '../behaviour.ts';
import type { Problem } from '../errors.ts';
import type { Instance } from '../instance.ts';
import type { Condition } from './dates.ts';
import { type Given, invalid } from './parameters.ts';

type FilterName = keyof Behaviour['filters'];

type Read = (instance: Instance) => string | null | undefined;

const values: Readonly<Record<FilterName, Read>> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  workflow_id: ({ workflow }) => workflow?.id,
  dataobject_id: ({ dataobjectId }) => dataobjectId,
  dataclass_id: ({ dataclass }) => dataclass?.id,
  playbook_id: ({ playbook }) => playbook?.id,
  defence_id: ({ defenseId }) => defenseId,
  status: ({ status }) => status,
  trigger_type: ({ triggerType }) => triggerType,
};

/** Those that the document lists; a filter without a list takes any value. */
const documented: Partial<Record<FilterName, readonly string[]>> = {
  status: ['RUNNING', 'FAILED', 'FINISHED', 'RETRYING', 'TERMINATING', 'TERMINATED'],
  trigger_type: ['DEBUG', 'TIMER', 'EVENT', 'MANUAL'],
};

/** The conditions of the filters that are given and not ignored. */
export function parseFilters(given: Given, filters: Behaviour['filters']): readonly Condition[] | Problem {
  const conditions: Condition[] = [];
  for (const [key, read] of Object.entries(values)) {
    // Its keys are the names.
    const name = key as FilterName;
    const wanted = given(name);
    const how = filters[name];
    if (wanted === null || how === 'ignored') continue;
    if (how === 'refused') return invalid(`${name} is not supported`);
    if (how === 'documented' && documented[name]?.includes(wanted) === false)
      return invalid(`${name} is not in its range`);
    conditions.push(conditionOf(read, wanted, how, name === 'name'));
  }
  return conditions;
}

/** @param inPart whether a part of the value is enough */
function conditionOf(read: Read, wanted: string, how: Behaviour['filters'][FilterName], inPart: boolean): Condition {
  const lower = wanted.toLowerCase();
  if (how === 'prefix') return (instance) => read(instance)?.startsWith(wanted) === true;
  if (how === 'any-case') {
    return inPart
      ? (instance) => read(instance)?.toLowerCase().includes(lower) === true
      : (instance) => read(instance)?.toLowerCase() === lower;
  }
  return inPart ? (instance) => read(instance)?.includes(wanted) === true : (instance) => read(instance) === wanted;
}
