/** Who of the replicas does which tasks: pure. Each decides for itself, from what all see alike. */

/** What one replica sees of the tasks of one kind. */
export interface Standing {
  readonly me: string;
  /** The living replicas by name, this one included. */
  readonly living: readonly string[];
  /** The tasks of this replica's configuration, in its order. */
  readonly tasks: readonly KnownTask[];
  /** Further tasks that others do. */
  readonly elsewhere: number;
}

export interface KnownTask {
  readonly task: string;
  /** null: nobody. */
  readonly holder: string | null;
  /** Looks in a row at which nobody had it. */
  readonly freeLooks: number;
  /** It failed here, and may succeed elsewhere: this replica gives it back and leaves it to others for a while. */
  readonly isResting: boolean;
  /** Nobody else takes it. */
  readonly isUnwanted: boolean;
}

export interface Plan {
  readonly giveBack: readonly string[];
  /** Take up to `max` of these, in this order. */
  readonly take: readonly string[];
  readonly max: number;
  /** Take all of these, above the share: nobody else does. */
  readonly overdue: readonly string[];
}

/** A task that others leave alone for so many looks is done by whoever can, also above the share. */
const patience = 5;
/** By one where it has failed. */
const longPatience = 10;

/**
 * Each replica does an equal share; what is left over goes to the first by name, one each. Replicas with different configurations know
 * different tasks: one that nobody else takes is not offered again (`isUnwanted`).
 */
export function plan({ me, living, tasks, elsewhere }: Standing): Plan {
  const rank = living.indexOf(me);
  if (rank < 0) return { giveBack: [], take: [], max: 0, overdue: [] };
  const isAlone = living.length === 1;
  const isAvoided = ({ isResting }: KnownTask) => isResting && !isAlone;
  const all = tasks.length + elsewhere;
  const share = Math.floor(all / living.length) + Number(rank < all % living.length);
  const mine = tasks.filter(({ holder }) => holder === me);
  const free = tasks.filter(({ holder }) => holder === null);
  const failing = mine.filter(isAvoided);
  const kept = mine.filter((task) => !isAvoided(task));
  const above = Math.max(0, kept.length - share);
  const offered = above === 0 ? [] : kept.filter(({ isUnwanted }) => !isUnwanted).slice(-above);
  // Replicas that take at the same time begin at different places.
  const begin = Math.floor((rank * free.length) / living.length);
  const inOrder = [...free.slice(begin), ...free.slice(0, begin)];
  const isOverdue = (task: KnownTask) => task.freeLooks >= (isAvoided(task) ? longPatience : patience);
  return {
    giveBack: [...failing, ...offered].map(({ task }) => task),
    take: inOrder.filter((task) => !isAvoided(task)).map(({ task }) => task),
    max: Math.max(0, share - kept.length),
    overdue: inOrder.filter(isOverdue).map(({ task }) => task),
  };
}
