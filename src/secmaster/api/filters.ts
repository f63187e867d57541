import type { Filters } from '../../config/config.ts';
import { canonicalTriggerType } from '../../model/status.ts';
import type { Row } from './schema.ts';

/**
 * SecMaster filters the list by one value of each kind (docs/secmaster-api.md#query-parameters). If the configuration has
 * several values of a kind, all instances are requested and filtered here.
 */

export const noFilters: Filters = { playbookId: [], workflowId: [], dataclassId: [], triggerType: [] };

const parameters = {
  playbookId: 'playbook_id',
  workflowId: 'workflow_id',
  dataclassId: 'dataclass_id',
  triggerType: 'trigger_type',
} as const satisfies Record<keyof Filters, string>;

const valueIn: Readonly<Record<keyof Filters, (row: Row) => string>> = {
  playbookId: ({ playbook }) => (playbook ? (playbook.id ?? '') : ''),
  workflowId: ({ workflow }) => (workflow ? (workflow.id ?? '') : ''),
  dataclassId: ({ dataclass }) => (dataclass ? (dataclass.id ?? '') : ''),
  triggerType: ({ trigger_type: triggerType }) => canonicalTriggerType(triggerType ?? ''),
};

const kinds = Object.keys(parameters) as (keyof Filters)[];

/** What SecMaster itself can filter by, as parameters of the list call. */
export function sentFilters(filters: Filters): [string, string][] {
  return kinds.flatMap((kind): [string, string][] => {
    const [only, second] = filters[kind];
    return only === undefined || second !== undefined ? [] : [[parameters[kind], only]];
  });
}

/** Whether a row passes the filters, those included that SecMaster is asked to apply: it may ignore them. null: there are none. */
export function rowFilter(filters: Filters): ((row: Row) => boolean) | null {
  const given = kinds.filter((kind) => filters[kind].length > 0);
  if (given.length === 0) return null;
  const wanted = { ...filters, triggerType: filters.triggerType.map(canonicalTriggerType) };
  return (row) => given.every((kind) => wanted[kind].includes(valueIn[kind](row)));
}

/** Whether SecMaster can't apply all filters, so that its counts include rows that are filtered out here. */
export function isFilteredHere(filters: Filters): boolean {
  return kinds.some((kind) => filters[kind].length > 1);
}
