import { copyLedgers } from '../../../src/ledger/copy/copy.ts';
import type { NewTables, Place } from '../../../src/ledger/copy/place.ts';
import { type Row, type Table, tables } from '../../../src/ledger/copy/tables.ts';
import type { Store } from '../../../src/ledger/store.ts';
import { createSoc, type SimulatedSoc } from '../../support/world/simulated-soc.ts';

const minuteMs = 60_000;

/** A SOC whose ledger has rows in every table: failed, retried and open runs, nodes, gaps, pending series, several versions. */
export async function busySoc(store: Store, options: Parameters<typeof createSoc>[0] = {}): Promise<SimulatedSoc> {
  const soc = createSoc({
    store,
    historyMs: 3 * 3_600_000,
    ...options,
    settings: {
      labels: ['workflow_version', 'dataclass'],
      newSeriesHoldMs: 65_000,
      nodes: 'all',
      maxPlaybooks: 3,
      maxValues: 2,
      ...options.settings,
    },
  });
  await soc.poll();
  for (let polls = 0; polls < 4; polls += 1) {
    soc.turn(7 * minuteMs);
    await soc.exposition();
    await soc.poll();
  }
  // What began meanwhile is not settled yet, and a gap is left to be swept.
  soc.turn(7 * minuteMs);
  await soc.poll(() => false);
  await soc.exposition();
  return soc;
}

export const copy = (from: Place, to: Place, onProgress: (step: string) => void = () => {}) =>
  copyLedgers(from, to, { onProgress: ({ step }) => onProgress(step) });

/** All rows of a place, as texts in one order. */
export function rowsOf(place: Place): Promise<Record<string, readonly string[]>> {
  return place.read(async (source) => {
    const all: Record<string, readonly string[]> = {};
    for (const table of tables) {
      const rows = (await Array.fromAsync(source.pages(table))).flat();
      all[table.name] = rows.map((row) => JSON.stringify(row)).toSorted();
    }
    return all;
  });
}

/** A place that changes what is written to it. */
export function altering(place: Place, alter: (table: Table, row: Row) => Row | null): Place {
  return {
    ...place,
    fill: (work) =>
      place.fill((target: NewTables) =>
        work({
          ...target,
          add: (table, rows) =>
            target.add(
              table,
              rows.flatMap((row) => {
                const altered = alter(table, row);
                return altered === null ? [] : [altered];
              }),
            ),
        }),
      ),
  };
}
