import { type Behaviour, friendly } from './behaviour.ts';
import type { EventKind, Instance, InstanceEvent, SettableFields, StartSpec } from './instance.ts';
import { createPlaybookList, type PlaybookList } from './playbook-list.ts';
import { createWorkflowVersions } from './workflow-versions.ts';

/**
 * The instances of one workspace and what can happen to them. Nothing here is random and no clock is read: the caller
 * says when. A step that SecMaster's statuses don't allow throws, and so does one that goes back in time.
 */
export interface World {
  /** What SecMaster still knows, by id, in order of creation. */
  readonly instances: ReadonlyMap<string, Instance>;
  /** Those and the removed ones. */
  readonly all: readonly Instance[];
  /** Grows with every change. */
  version(): number;
  /** Status CREATED; `run` comes next. start_time is the time of creation and stays so. */
  create(atMs: number, spec?: StartSpec): string;
  /** Status RUNNING at once. */
  start(atMs: number, spec?: StartSpec): string;
  run(id: string, atMs: number): void;
  fail(id: string, atMs: number, node: string, errorMsg: string): void;
  /** retry_count grows and end_time is cleared; start_time stays, unless retries are said to move it. */
  retry(id: string, atMs: number): void;
  /** An ended one runs again under its id, by hand: RUNNING, with a retry_count of 0. */
  rerun(id: string, atMs: number): void;
  finish(id: string, atMs: number): void;
  beginTermination(id: string, atMs: number): void;
  terminate(id: string, atMs: number): void;
  /** update_time moves and nothing that a row shows does. */
  touch(id: string, atMs: number): void;
  /** SecMaster knows it no longer. */
  remove(id: string, atMs: number): void;
  /** Any values at all, without regard to the legal walk; update_time moves to `atMs` unless it is among them. */
  set(id: string, atMs: number, fields: SettableFields): void;
  /** Rows old and new, and the list of playbooks, show the new name; no update_time moves. */
  renamePlaybook(playbookId: string, name: string, enName?: string): void;
  /** SecMaster's list of playbooks. */
  readonly playbooks: PlaybookList;
  /** What begins from now on is of this version of the workflow; none given: of the next one. @returns the version */
  newVersion(workflowId: string, version?: string, versionId?: string): string;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Kept = Mutable<Omit<Instance, 'events'>> & { readonly events: InstanceEvent[] };

const running = ['RUNNING', 'RETRYING'];
const walk = {
  ran: { from: ['CREATED'], to: 'RUNNING' },
  failed: { from: running, to: 'FAILED' },
  retried: { from: ['FAILED'], to: 'RETRYING' },
  rerun: { from: ['FAILED', 'FINISHED', 'TERMINATED'], to: 'RUNNING' },
  finished: { from: running, to: 'FINISHED' },
  terminating: { from: running, to: 'TERMINATING' },
  terminated: { from: ['TERMINATING'], to: 'TERMINATED' },
};

/** @param retries what a retry does to the times */
export function createWorld(retries: () => Behaviour['retries'] = () => friendly.retries): World {
  const instances = new Map<string, Kept>();
  const all: Kept[] = [];
  const { shared, rename, ...playbooks } = createPlaybookList();
  const versions = createWorkflowVersions();
  let version = 0;

  function get(id: string): Kept {
    const instance = instances.get(id);
    if (instance === undefined) throw new Error(`no instance ${id}`);
    return instance;
  }

  function apply(
    instance: Kept,
    kind: EventKind,
    atMs: number,
    changes: Partial<Kept>,
    more: Pick<InstanceEvent, 'fields' | 'failure'> = {},
  ): void {
    const last = instance.events.at(-1);
    if (last !== undefined && atMs < last.atMs) throw new Error(`${instance.id}: ${kind} before ${last.kind}`);
    Object.assign(instance, { updateTimeMs: atMs }, changes);
    instance.events.push({ kind, atMs, status: instance.status, ...more });
    version += 1;
  }

  function step(
    id: string,
    kind: keyof typeof walk,
    atMs: number,
    changes: Partial<Kept> = {},
    more: Pick<InstanceEvent, 'fields' | 'failure'> = {},
  ): void {
    const instance = get(id);
    const { from, to } = walk[kind];
    if (!from.includes(instance.status)) throw new Error(`${id} can't be ${kind}: it is ${instance.status}`);
    apply(instance, kind, atMs, { status: to, ...changes, ...more.fields }, more);
  }

  function again(id: string, kind: 'retried' | 'rerun', atMs: number, retryCount: number): void {
    const { startTime, updateTime } = retries();
    const fields = {
      ...(startTime === 'moved' && { startTimeMs: atMs }),
      ...(updateTime === 'kept' && { updateTimeMs: get(id).updateTimeMs }),
    };
    step(id, kind, atMs, { endTimeMs: null, retryCount }, Object.keys(fields).length > 0 ? { fields } : {});
  }

  function begin(status: string, atMs: number, spec: StartSpec): string {
    const sequence = all.length + 1;
    const id = spec.id ?? `00000000-0000-4000-8000-${String(sequence).padStart(12, '0')}`;
    if (instances.has(id)) throw new Error(`instance ${id} exists already`);
    const name = spec.name ?? `instance-${sequence}`;
    const triggerType = spec.triggerType ?? 'EVENT';
    const described = {
      workflow: spec.workflow ? versions.current(spec.workflow) : null,
      dataclass: spec.dataclass ?? null,
      defenseId: spec.defenseId ?? '',
      dataobjectId: spec.dataobjectId ?? null,
    };
    const instance: Kept = {
      id,
      sequence,
      name,
      playbook: spec.playbook ? shared(spec.playbook, described.dataclass) : null,
      ...described,
      triggerType,
      status,
      startTimeMs: atMs,
      endTimeMs: null,
      createTimeMs: atMs,
      updateTimeMs: atMs,
      retryCount: 0,
      nodes: spec.nodes ?? [],
      failure: null,
      raw: null,
      events: [],
      removed: false,
      begunAs: { name, triggerType, ...described },
    };
    instances.set(id, instance);
    all.push(instance);
    apply(instance, 'started', atMs, {});
    return id;
  }

  return {
    instances,
    all,
    version: () => version,
    create: (atMs, spec = {}) => begin('CREATED', atMs, spec),
    start: (atMs, spec = {}) => begin('RUNNING', atMs, spec),
    run: (id, atMs) => step(id, 'ran', atMs),
    fail: (id, atMs, node, errorMsg) => {
      const failure = { node, errorMsg };
      step(id, 'failed', atMs, { endTimeMs: atMs, failure }, { failure });
    },
    retry: (id, atMs) => again(id, 'retried', atMs, get(id).retryCount + 1),
    rerun: (id, atMs) => again(id, 'rerun', atMs, 0),
    finish: (id, atMs) => step(id, 'finished', atMs, { endTimeMs: atMs }),
    beginTermination: (id, atMs) => step(id, 'terminating', atMs),
    terminate: (id, atMs) => step(id, 'terminated', atMs, { endTimeMs: atMs }),
    touch: (id, atMs) => apply(get(id), 'touched', atMs, {}),
    remove: (id, atMs) => {
      apply(get(id), 'removed', atMs, { removed: true });
      instances.delete(id);
    },
    set: (id, atMs, fields) => apply(get(id), 'set', atMs, fields, { fields }),
    renamePlaybook: (playbookId, name, enName) => {
      rename(playbookId, name, enName);
      version += 1;
    },
    playbooks,
    newVersion: versions.next,
  };
}
