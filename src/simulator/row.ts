import { formatTime } from '../model/time.ts';
import type { Behaviour } from './behaviour.ts';
import type { Instance } from './instance.ts';
import { topologyOf } from './topology.ts';

export type NullStyle = Behaviour['rows']['nulls'];

export type Row = Record<string, unknown>;
/** Writes some of a row otherwise. */
export type Dress = (row: Row, instance: Instance) => Row;

/** What stands for a value that there is none of; undefined: it is left out. */
export function missingIn(nullStyle: NullStyle): (empty: unknown) => unknown {
  return (empty) => ({ null: null, absent: undefined, empty })[nullStyle];
}

/**
 * An instance as the API writes it (docs/secmaster-api.md#instance).
 *
 * @param showTopology of which attempts; null: none
 */
export function rowOf(
  instance: Instance,
  nullStyle: NullStyle,
  showTopology: Behaviour['topology']['attempts'] | null = null,
  dress: Dress = (row) => row,
): unknown {
  const missing = missingIn(nullStyle);
  const time = (ms: number | null) => (ms === null ? missing('') : formatTime(ms));
  const row = dress(
    {
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
      ...(showTopology !== null && { topology: topologyOf(instance, showTopology) }),
    },
    instance,
  );
  return instance.raw === null ? row : instance.raw(row);
}
