import type { Batch, Store } from '../../src/ledger/store.ts';

/** When a process dies: at one of its calls to the store, before it, after it, or in the middle of its transaction. */
export interface Death {
  /** How many calls it survives. */
  readonly calls: number;
  readonly moment: 'before' | 'within' | 'after';
  /** Within a commit: how many parts of the batch have been read. */
  readonly parts: number;
}

/** A store whose exporter can be killed. Dead, it does nothing more until another exporter begins. */
export interface MortalStore {
  readonly store: Store;
  /** null: it lives on, and one that is dead begins anew. */
  doom(death: Death | null): void;
  isDead(): boolean;
}

class Killed extends Error {
  override name = 'Killed';
}

export function createMortalStore(immortal: Store): MortalStore {
  let death: Death | null = null;
  let calls = 0;
  let isDead = false;

  function die(): never {
    isDead = true;
    throw new Killed('kill -9');
  }

  /** A batch whose reader is killed after so many of its parts: what was written before must not stay. */
  function deadly(batch: Batch, parts: number): Batch {
    let read = 0;
    return new Proxy(batch, { get: (target, part) => (read++ === parts ? die() : Reflect.get(target, part)) });
  }

  async function call(name: PropertyKey, method: (...args: unknown[]) => unknown, args: unknown[]): Promise<unknown> {
    if (isDead) die();
    if (death === null || calls++ < death.calls) return method.apply(immortal, args);
    if (death.moment === 'before') die();
    if (death.moment === 'within') {
      // It waits for the next call that writes a batch.
      if (name !== 'commit') return method.apply(immortal, args);
      const [ledger, batch] = args;
      // The arguments of `commit`, whose name was called.
      await method.apply(immortal, [ledger, deadly(batch as Batch, death.parts)]);
    } else await method.apply(immortal, args);
    return die();
  }

  return {
    store: new Proxy(immortal, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) => call(name, (...all) => Reflect.apply(method, target, all), args);
      },
    }),
    doom(next) {
      death = next;
      calls = 0;
      isDead = false;
    },
    isDead: () => isDead,
  };
}
