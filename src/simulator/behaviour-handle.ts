import type { Clock } from '../clock.ts';
import { type Behaviour, type BehaviourChange, changed, friendly, merged } from './behaviour.ts';

/** How the simulator, or one workspace, behaves at the moment. */
export interface BehaviourHandle {
  get(): Behaviour;
  /** What the switches that strike "once" or "now and then" remember; anew after every change. */
  memory(): Memory;
  /** Friendly, or as the simulator where it is a workspace's, but for this. Throws where the change is none. */
  put(change: BehaviourChange): void;
  /** As before, but for this. Throws where the change is none. */
  patch(change: BehaviourChange): void;
}

export interface Memory {
  readonly sinceMs: number;
  /** Of the list and of single instances. */
  answers: number;
  /** Dates that were told. */
  dates: number;
  /** Whether the page that is to be empty has been so. */
  hasBeenEmpty: boolean;
  /** Requests in the second that began then. */
  second: { readonly beganMs: number; requests: number };
}

/** @param base the simulator's, for a workspace that deviates from it */
export function createBehaviourHandle(
  clock: Pick<Clock, 'now'>,
  initial: BehaviourChange = {},
  base: Pick<BehaviourHandle, 'get'> = { get: () => friendly },
): BehaviourHandle {
  let own: BehaviourChange = initial;
  let basis = base.get();
  let behaviour = changed(basis, own);
  let memory = createMemory(clock.now());

  function become(change: BehaviourChange): void {
    basis = base.get();
    behaviour = changed(basis, change);
    own = change;
    memory = createMemory(clock.now());
  }

  function refresh(): void {
    if (basis !== base.get()) become(own);
  }

  return {
    get: () => {
      refresh();
      return behaviour;
    },
    memory: () => {
      refresh();
      return memory;
    },
    put: become,
    patch: (change) => {
      // Checked before it is merged: it may come from outside and be no object at all.
      changed(friendly, change);
      become(merged(own, change));
    },
  };
}

export function createMemory(nowMs: number): Memory {
  return { sinceMs: nowMs, answers: 0, dates: 0, hasBeenEmpty: false, second: { beganMs: 0, requests: 0 } };
}
