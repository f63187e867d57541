import type { Behaviour } from '../behaviour.ts';
import type { Problem } from '../errors.ts';
import type { Instance } from '../instance.ts';
import type { Condition } from './dates.ts';
import { type Given, invalid } from './parameters.ts';

type FilterName = keyof Behaviour['filters'];

const values: Readonly<Record<FilterName, (instance: Instance) => string | null | undefined>> = {
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

// A part of the name, the whole of every other value.
const equals = (name: FilterName, value: string, wanted: string) =>
  name === 'name' ? value.includes(wanted) : value === wanted;

/** The conditions of the filters that are given and not ignored. */
export function parseFilters(given: Given, filters: Behaviour['filters']): readonly Condition[] | Problem {
  const conditions: Condition[] = [];
  for (const [key, read] of Object.entries(values)) {
    const name = key as FilterName;
    const wanted = given(name);
    const how = filters[name];
    if (wanted === null || how === 'ignored') continue;
    if (how === 'refused') return invalid(`${name} is not supported`);
    if (how === 'documented' && documented[name]?.includes(wanted) === false)
      return invalid(`${name} is not in its range`);
    conditions.push((instance) => {
      const value = read(instance) ?? null;
      if (value === null) return false;
      if (how === 'prefix') return value.startsWith(wanted);
      if (how === 'any-case') return equals(name, value.toLowerCase(), wanted.toLowerCase());
      return equals(name, value, wanted);
    });
  }
  return conditions;
}
