import type { Ledger, LedgerReads, Store } from '../../../src/ledger/store.ts';

type Call = keyof Store | keyof Ledger;

/** A store that tells of each call before it is made, also of those to its ledgers; what `before` throws, the call fails with. */
export function wrapStore(store: Store, before: (call: Call, ...args: readonly unknown[]) => void): Store {
  const wrapped = wrap(store, before);
  const withLedger =
    (open: (...args: never[]) => Promise<Ledger | null>) =>
    async (...args: never[]) => {
      const ledger = await open(...args);
      return ledger === null ? null : wrap(ledger, before);
    };
  return {
    ...wrapped,
    open: withLedger(wrapped.open),
    create: withLedger(wrapped.create) as Store['create'],
    close: store.close,
  };
}

/** What is read together is told of, too. */
function wrap<T extends object>(target: T, before: (call: Call, ...args: readonly unknown[]) => void): T {
  const withReads = (work: unknown) => (reads: LedgerReads) =>
    (work as (reads: LedgerReads) => unknown)(wrap(reads, before));
  return new Proxy(target, {
    get(one, name) {
      const value: unknown = Reflect.get(one, name);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        before(name as Call, ...args);
        return Reflect.apply(value, one, name === 'together' ? args.map(withReads) : args);
      };
    },
  });
}
