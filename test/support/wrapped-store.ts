import type { Store } from '../../src/ledger/store.ts';

/** A store that tells of each call before it is made; what `before` throws, the call fails with. */
export function wrapStore(store: Store, before: (call: keyof Store) => void): Store {
  return new Proxy(store, {
    get(target, name: keyof Store) {
      return async (...args: never[]) => {
        before(name);
        return Reflect.apply(target[name], target, args);
      };
    },
  });
}
