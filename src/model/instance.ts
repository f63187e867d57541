import { isEnded } from './status.ts';

/** A workflow instance: one run of a playbook, as SecMaster returned it. */
export interface Instance {
  readonly id: string;
  readonly playbook: Playbook | null;
  /** '' if SecMaster gives none. */
  readonly triggerType: string;
  readonly status: string;
  /** Milliseconds since the epoch, like all times of the model. */
  readonly startTimeMs: number | null;
  readonly endTimeMs: number | null;
  readonly retryCount: number;
  readonly details: Details;
}

/** One retry a second for more than eleven days; a row with more says nothing that can be counted. */
export const maxRetryCount = 1_000_000;

export interface Playbook {
  readonly id: string;
  /** In the configured language; the id if SecMaster gives no name. */
  readonly name: string;
}

/** What SecMaster tells of an instance beside what is counted. All texts are printable and short; null: SecMaster gives none. */
export interface Details {
  /** As the next one, null if nobody asks for it (`keepsDetails`). */
  readonly name: string | null;
  /** Of the object, such as an alert, that the run handles. */
  readonly dataobjectId: string | null;
  /** Of the defense layer. */
  readonly defenseId: string | null;
  readonly dataclass: DataClass | null;
  readonly workflow: Workflow | null;
}

export interface DataClass {
  readonly id: string | null;
  /** In the configured language. */
  readonly name: string | null;
}

export interface Workflow {
  readonly id: string | null;
  /** In the configured language. */
  readonly name: string | null;
  readonly version: string | null;
  readonly versionId: string | null;
}

export const noDetails: Details = { name: null, dataobjectId: null, defenseId: null, dataclass: null, workflow: null };

/** Nobody asks for the details of a run that went well. */
export function keepsDetails(run: Pick<Instance, 'status' | 'endTimeMs'>): boolean {
  return !isEnded(run) || run.status === 'FAILED';
}

/** Of two rows of one instance; what the later one leaves out, such as one of two replicas may, stays as it was. */
export function mergeDetails(earlier: Details, later: Details): Details {
  return {
    name: later.name ?? earlier.name,
    dataobjectId: later.dataobjectId ?? earlier.dataobjectId,
    defenseId: later.defenseId ?? earlier.defenseId,
    dataclass: later.dataclass ?? earlier.dataclass,
    workflow: later.workflow ?? earlier.workflow,
  };
}
