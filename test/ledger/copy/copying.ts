import { expect } from 'vitest';
import { copyLedgers } from '../../../src/ledger/copy/copy.ts';
import type { NewTables, Place } from '../../../src/ledger/copy/place.ts';
import { type Row, type Table, tables } from '../../../src/ledger/copy/tables.ts';
import type { Store } from '../../../src/ledger/store.ts';
import { defaultProject, defaultWorkspace } from '../../../src/simulator/defaults.ts';
import { sweepPart } from '../../support/ledger/ledgers.ts';
import { createSoc, type SimulatedSoc } from '../../support/world/simulated-soc.ts';
import { turning } from '../../support/world/turning.ts';

const minuteMs = 60_000;

export const first = { projectId: defaultProject.id, workspaceId: defaultWorkspace.id };
export const second = { projectId: defaultProject.id, workspaceId: '99999999-2222-3333-4444-555555555555' };

const life = (seed: number) => ({ seed, historyMs: 3_600_000, runsPerMinute: 1, versionMs: 600_000 });
const projects = [
  {
    ...defaultProject,
    workspaces: [
      { ...defaultWorkspace, life: life(1) },
      { id: second.workspaceId, name: 'second', life: life(2) },
    ],
  },
];

/** A SOC whose ledger has rows in every table: failed, retried and open runs, nodes, gaps, pending series, several versions. */
export async function busySoc(store: Store, ids = first): Promise<SimulatedSoc> {
  const soc = createSoc({
    store,
    projects,
    settings: {
      ...ids,
      newSeriesHoldMs: 65_000,
      nodes: 'all',
    },
  });
  for (let polls = 0; polls < 3; polls += 1) {
    await soc.poll();
    await soc.exposition();
    soc.turn(7 * minuteMs);
  }
  // What has ended meanwhile is known, and its nodes are not read yet.
  soc.turn(20 * minuteMs);
  await turning(
    soc.clock,
    soc.workspace.poll(new AbortController().signal, () => false),
  );
  await soc.exposition();
  const part = sweepPart({ fromMs: soc.now() - 20 * minuteMs, toMs: soc.now() - 10 * minuteMs, purpose: 'audit' });
  const ledger = await store.open(ids);
  await ledger?.commit({ kind: 'sweep_planned', sweep: [part], recheck: { status: 'FAILED' } });
  return soc;
}

/** Counts what happens in another hour, and shows new series once their time at 0 is over. */
export async function goOn(soc: SimulatedSoc): Promise<void> {
  soc.turn(60 * minuteMs);
  for (let polls = 0; polls < 3; polls += 1) {
    await soc.poll();
    await soc.exposition();
    soc.turn(2 * minuteMs);
  }
  await soc.poll();
  expect(await soc.differences()).toEqual([]);
}

/** The lines of an exposition that a ledger alone decides. */
export const ofRuns = (text: string) => text.split('\n').filter((line) => line.startsWith('secmaster_workflow_'));

export const copy = (from: Place, to: Place, onProgress: (step: string) => void = () => {}) =>
  copyLedgers(from, to, { onProgress: ({ step }) => onProgress(step) });

/** All rows of a place, as texts in one order. */
export function rowsOf(place: Place): Promise<Record<string, readonly string[]>> {
  return place.read(async (source) => {
    const all: Record<string, readonly string[]> = {};
    for (const table of tables) {
      const rows: string[] = [];
      for await (const page of source.pages(table)) rows.push(...page.map((row) => JSON.stringify(row)));
      all[table.name] = rows.toSorted();
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
