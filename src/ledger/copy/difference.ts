import { maxNumber } from '../bounds.ts';
import { type Ledger, maxFailures } from '../store.ts';

/** What a ledger says of itself, in words for messages. Where a store may choose an order, the order doesn't matter. */
const sayings: Readonly<Record<string, (ledger: Ledger) => unknown>> = {
  'its state': ({ state }) => state,
  'its counters and gauges': (ledger) => ledger.snapshot(),
  'the series that are held at 0': async (ledger) => inOneOrder(await ledger.pending()),
  'what is to be swept': async (ledger) => (await ledger.sweep()).map(({ key: _, ...item }) => item),
  'the instances to recheck': async (ledger) => inOneOrder(await ledger.toRecheck()),
  'its open instances': async (ledger) => inOneOrder(await ledger.openUnseen(maxNumber)),
  'its failed attempts': async (ledger) => inOneOrder(await ledger.latestFailures(maxFailures)),
  'when its playbooks ran': async (ledger) => inOneOrder(await ledger.playbookActivity()),
  'when its series grew': async (ledger) => inOneOrder(await ledger.labelledActivity()),
};

/** In what the two differ; null: nothing was found. */
export async function differenceOf(a: Ledger, b: Ledger): Promise<string | null> {
  for (const [what, saying] of Object.entries(sayings)) if (!isSame(await saying(a), await saying(b))) return what;
  return null;
}

/** Whether both know these instances, and have counted the same of each. */
export async function knowsTheSame(a: Ledger, b: Ledger, ids: readonly string[]): Promise<boolean> {
  const [known, other] = [await a.known(ids), await b.known(ids)];
  return known.size === ids.length && isSame(known, other);
}

function inOneOrder(list: readonly object[] | readonly string[]): readonly string[] {
  return list.map((one) => JSON.stringify(one, inOrder)).toSorted();
}

/** The keys of labels stand in their own order in each store. */
function inOrder(_: string, one: unknown): unknown {
  if (typeof one !== 'object' || one === null || Array.isArray(one)) return one;
  return Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** As `isDeepStrictEqual` of Node.js, but for the prototypes: what SQLite reads has none. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Map || b instanceof Map)
    return (
      a instanceof Map &&
      b instanceof Map &&
      a.size === b.size &&
      a.entries().every(([key, value]) => b.has(key) && isSame(value, b.get(key)))
    );
  const keys = Object.keys(a);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(Reflect.get(a, key), Reflect.get(b, key)))
  );
}
