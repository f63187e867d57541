/** A workflow instance as the simulated SecMaster keeps it. Times are milliseconds since the epoch. */
export interface Instance {
  readonly id: string;
  /** Order of creation in its world. */
  readonly sequence: number;
  readonly name: string;
  readonly playbook: Playbook | null;
  readonly workflow: Workflow | null;
  readonly dataclass: DataClass | null;
  readonly triggerType: string;
  readonly status: string;
  readonly startTimeMs: number | null;
  /** null while the instance is open. */
  readonly endTimeMs: number | null;
  /** Lists can be sorted by these two; rows do not show them. */
  readonly createTimeMs: number;
  readonly updateTimeMs: number;
  readonly retryCount: number;
  readonly defenseId: string;
  readonly dataobjectId: string | null;
  /** Names of the topology's nodes in the order in which they run. */
  readonly nodes: readonly string[];
  /** The node that failed last. */
  readonly failure: Failure | null;
  /** Changes the row just before it is shown, into anything at all. */
  readonly raw: ((row: Record<string, unknown>) => unknown) | null;
  readonly events: readonly InstanceEvent[];
  readonly removed: boolean;
  /** What it began with and a `set` may have changed since. */
  readonly begunAs: Pick<Instance, 'name' | 'triggerType' | Described>;
}

/** What it belongs to. */
type Described = 'workflow' | 'dataclass' | 'defenseId' | 'dataobjectId';

export interface Playbook {
  readonly id: string;
  readonly name: string;
  readonly en_name?: string;
}

export interface Workflow {
  readonly id: string;
  readonly name: string;
  readonly name_en?: string;
  readonly version?: string;
  readonly version_id?: string;
}

export interface DataClass {
  readonly id: string;
  readonly name: string;
  readonly en_name?: string;
}

export interface Failure {
  readonly node: string;
  readonly errorMsg: string;
}

/** What happened to an instance, in the order in which it happened: the truth is computed from it. */
export interface InstanceEvent {
  readonly kind: EventKind;
  readonly atMs: number;
  /** The status from then on. */
  readonly status: string;
  /** Of `set`, and of a retry that does more or less to the times than others do. */
  readonly fields?: SettableFields;
  /** Of `failed`. */
  readonly failure?: Failure;
}

export type EventKind =
  | 'started'
  | 'ran'
  | 'failed'
  | 'retried'
  | 'rerun'
  | 'finished'
  | 'terminating'
  | 'terminated'
  | 'touched'
  | 'set'
  | 'removed';

export type SettableFields = Partial<
  Pick<
    Instance,
    | 'name'
    | Described
    | 'status'
    | 'triggerType'
    | 'startTimeMs'
    | 'endTimeMs'
    | 'createTimeMs'
    | 'updateTimeMs'
    | 'retryCount'
    | 'raw'
  >
>;

/** What an instance is begun with; whatever is left out gets a plain value. */
export interface StartSpec {
  readonly id?: string;
  readonly name?: string;
  readonly playbook?: Playbook | null;
  readonly workflow?: Workflow | null;
  readonly dataclass?: DataClass | null;
  readonly triggerType?: string;
  readonly defenseId?: string;
  readonly dataobjectId?: string | null;
  readonly nodes?: readonly string[];
}
