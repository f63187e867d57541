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
  for (const [what, saying] of Object.entries(sayings))
    if (textOf(await saying(a)) !== textOf(await saying(b))) return what;
  return null;
}

/** Whether both know these instances, and have counted the same of each. */
export async function knowsTheSame(a: Ledger, b: Ledger, ids: readonly string[]): Promise<boolean> {
  const [known, other] = [await a.known(ids), await b.known(ids)];
  return known.size === ids.length && textOf(known) === textOf(other);
}

function inOneOrder(list: readonly unknown[]): readonly string[] {
  return list.map(textOf).toSorted();
}

/** The same for equal values, in whatever order their keys stand. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => {
    // A bucket's bound.
    if (typeof one === 'number' && !Number.isFinite(one)) return String(one);
    if (one instanceof Map) return { map: inOneOrder([...one]) };
    if (typeof one !== 'object' || one === null || Array.isArray(one)) return one;
    return Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
