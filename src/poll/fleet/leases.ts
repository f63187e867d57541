import type { Look, Replicas } from '../../ledger/replicas.ts';
import type { Logger } from '../../log.ts';
import { createRest, type Rest } from '../rest.ts';
import type { SharedTask } from '../shared/shared-task.ts';
import { plan } from './share.ts';

/** The leases of this replica: takes its share, gives back what is above, and notices those that are lost. */
export interface Leases {
  /** @throws {LedgerError} */
  apply(look: Look): Promise<void>;
  /** Takes all that nobody has. @throws {LedgerError} */
  takeFree(): Promise<void>;
  /** Whether this replica has the lease, as far as it knows. */
  has(task: string): boolean;
  /** Whether it does the task: it has the lease, and is not about to give it back. */
  does(task: string): boolean;
  /** They are given back by someone else. */
  dropAll(): void;
}

export interface LeasesParts {
  readonly replicas: Pick<Replicas, 'name' | 'take' | 'release' | 'holds'>;
  /** Those of the configuration. */
  readonly tasks: () => readonly SharedTask[];
  /** Called with tasks whose lease this replica has now. */
  readonly onTaken: (tasks: readonly SharedTask[]) => void;
  readonly onGone: (tasks: readonly SharedTask[]) => void;
  /** The clock that nobody sets. */
  readonly elapsedMs: () => number;
  readonly log: Logger;
}

/** How long a replica leaves to others what has failed here. */
const restMs = { firstMs: 60_000, maxMs: 15 * 60_000 };
/** How long a task is not offered again that nobody took. */
const unwantedMs = 10 * 60_000;
/** More changes at once are told in one line. */
const maxLines = 5;

/** What is remembered of a task. */
interface Memory {
  freeLooks: number;
  rest: Rest;
  restedMs: number;
  isResting: boolean;
  /** When it was given back for others to take. */
  isOffered: boolean;
  unwantedUntilMs: number;
}

export function createLeases({ replicas, tasks, onTaken, onGone, elapsedMs, log }: LeasesParts): Leases {
  const mine = new Map<string, SharedTask>();
  /** To be given back once nothing is under way. */
  const leaving = new Set<string>();
  const memories = new Map<string, Memory>();
  let living = '';

  function memoryOf(task: string): Memory {
    const known = memories.get(task) ?? {
      freeLooks: 0,
      rest: createRest(elapsedMs, restMs),
      restedMs: Number.NEGATIVE_INFINITY,
      isResting: false,
      isOffered: false,
      unwantedUntilMs: Number.NEGATIVE_INFINITY,
    };
    memories.set(task, known);
    return known;
  }

  function tell(these: readonly SharedTask[], text: string, fieldsOf: (task: SharedTask) => object): void {
    if (these.length <= maxLines) for (const one of these) log.info({ ...one.names(), ...fieldsOf(one) }, text);
    else log.info({ tasks: these.length, replica: replicas.name }, `${text}; several at once`);
  }

  function drop(these: readonly SharedTask[]): void {
    for (const one of these) {
      mine.delete(one.task);
      leaving.delete(one.task);
      one.end();
    }
    if (these.length > 0) onGone(these);
  }

  function noticeLost({ tasks: seen }: Look): void {
    // After a look that took longer than the lease it may have expired again, but as of that look it is still this one's.
    const isLost = ({ task }: SharedTask) => !replicas.holds(task) && seen.get(task)?.holder !== replicas.name;
    const lost = [...mine.values()].filter(isLost);
    drop(lost);
    tell(lost, 'lease lost', ({ task }) => ({ holder: seen.get(task)?.holder ?? null }));
  }

  async function giveBack(these: readonly SharedTask[]): Promise<void> {
    for (const { task } of these) leaving.add(task);
    const ready = [...leaving].flatMap((task) => mine.get(task) ?? []).filter((one) => !one.isUnderWay());
    if (ready.length === 0) return;
    await replicas.release(ready.map(({ task }) => task));
    drop(ready);
    tell(ready, 'lease given back', () => ({ replica: replicas.name }));
  }

  async function take(wanted: readonly SharedTask[], max: number): Promise<void> {
    const idle = wanted.filter((one) => !mine.has(one.task) && !one.isUnderWay());
    if (idle.length === 0 || max <= 0) return;
    const taken = new Set(
      await replicas.take(
        idle.map(({ task }) => task),
        max,
      ),
    );
    const these = idle.filter(({ task }) => taken.has(task));
    for (const one of these) {
      mine.set(one.task, one);
      one.begin();
    }
    if (these.length === 0) return;
    tell(these, 'lease taken', () => ({ replica: replicas.name }));
    onTaken(these);
  }

  function isResting(one: SharedTask): boolean {
    const memory = memoryOf(one.task);
    if (memory.unwantedUntilMs > elapsedMs()) return false;
    if (mine.has(one.task) && one.isCutOff() && !memory.isResting) {
      if (elapsedMs() - memory.restedMs > 2 * restMs.maxMs) memory.rest.end();
      memory.isResting = true;
      memory.restedMs = elapsedMs();
      const seconds = memory.rest.begin() / 1000;
      log.info(
        { ...one.names(), seconds },
        'SecMaster cannot be reached from here; left to other replicas for a while',
      );
    }
    if (memory.isResting && memory.rest.isOver()) memory.isResting = false;
    return memory.isResting;
  }

  /** Others that come or go may want what nobody wanted. */
  function noticeReplicas(names: readonly string[]): void {
    const now = names.join();
    if (now === living) return;
    living = now;
    for (const memory of memories.values()) memory.unwantedUntilMs = Number.NEGATIVE_INFINITY;
  }

  async function balance(these: readonly SharedTask[], kind: string, look: Look): Promise<void> {
    const names = look.replicas.map(({ name }) => name);
    const byTask = new Map(these.map((one) => [one.task, one]));
    const seen = these.map((one) => {
      const { task } = one;
      const memory = memoryOf(task);
      const holder = holderOf(look, task);
      memory.freeLooks = holder === null ? memory.freeLooks + 1 : 0;
      if (holder !== null && holder !== replicas.name) memory.isOffered = false;
      const isUnwanted = memory.unwantedUntilMs > elapsedMs();
      return { task, holder, freeLooks: memory.freeLooks, isResting: isResting(one), isUnwanted };
    });
    const elsewhere = look.tasks
      .entries()
      .filter(([task, { holder }]) => kindOf(task) === kind && holder !== null && !byTask.has(task) && !mine.has(task));
    const standing = { me: replicas.name, living: names, tasks: seen, elsewhere: [...elsewhere].length };
    const next = plan(standing);
    const tasksOf = (keys: readonly string[]) => keys.flatMap((key) => byTask.get(key) ?? []);
    for (const { task } of tasksOf(next.giveBack)) memoryOf(task).isOffered = true;
    await giveBack(tasksOf(next.giveBack));
    const given = new Set(next.giveBack);
    await take(
      tasksOf(next.take).filter(({ task }) => !given.has(task)),
      next.max,
    );
    await takeOverdue(tasksOf(next.overdue));
  }

  async function takeOverdue(these: readonly SharedTask[]): Promise<void> {
    await take(these, these.length);
    for (const { task } of these) {
      const memory = memoryOf(task);
      if (mine.has(task) && memory.isOffered) memory.unwantedUntilMs = elapsedMs() + unwantedMs;
      memory.isOffered = false;
    }
  }

  function holderOf(look: Look, task: string): string | null {
    if (leaving.has(task)) return 'leaving';
    if (mine.has(task)) return replicas.name;
    const holder = look.tasks.get(task)?.holder ?? null;
    // Given back, or lost.
    return holder === replicas.name ? null : holder;
  }

  return {
    async apply(look) {
      noticeLost(look);
      noticeReplicas(look.replicas.map(({ name }) => name));
      const wanted = tasks();
      const known = new Set(wanted.map(({ task }) => task));
      await giveBack([...mine.values()].filter(({ task }) => !known.has(task)));
      for (const task of memories.keys()) if (!known.has(task)) memories.delete(task);
      for (const [kind, these] of Map.groupBy(wanted, ({ task }) => kindOf(task))) await balance(these, kind, look);
    },
    takeFree: () => take(tasks(), Number.MAX_SAFE_INTEGER),
    has: (task) => mine.has(task),
    does: (task) => mine.has(task) && !leaving.has(task),
    dropAll: () => drop([...mine.values()]),
  };
}

/** Workspaces are shared among replicas, and discoveries by themselves. */
function kindOf(task: string): string {
  return task.slice(0, task.indexOf(' '));
}
