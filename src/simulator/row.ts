import { formatTime } from '../model/time.ts';
import type { Instance } from './instance.ts';
import { topologyOf } from './topology.ts';

/** How a value that there is none of is written: which of them SecMaster does is not documented. */
export type NullStyle = 'null' | 'absent' | 'empty';

/** An instance as the API writes it (docs/secmaster-api.md#instance). */
export function rowOf(instance: Instance, nullStyle: NullStyle, showTopology = false): unknown {
  const missing = (empty: unknown) => ({ null: null, absent: undefined, empty })[nullStyle];
  const time = (ms: number | null) => (ms === null ? missing('') : formatTime(ms));
  const row: Record<string, unknown> = {
    dataclass: instance.dataclass ?? missing({}),
    dataobject_id: instance.dataobjectId ?? missing(''),
    defense_id: instance.defenseId,
    end_time: time(instance.endTimeMs),
    id: instance.id,
    name: instance.name,
    playbook: instance.playbook ?? missing({}),
    retry_count: instance.retryCount,
    start_time: time(instance.startTimeMs),
    status: instance.status,
    trigger_type: instance.triggerType,
    workflow: instance.workflow ?? missing({}),
    ...(showTopology && { topology: topologyOf(instance) }),
  };
  return instance.raw === null ? row : instance.raw(row);
}
