import { counterNames } from '../../model/snapshot.ts';
import { type Ledger, LedgerError, type WorkspaceId } from '../store.ts';
import { differenceOf, knowsTheSame } from './difference.ts';
import type { NewTables, Place, Tables } from './place.ts';
import { createRenumbering, type Renumber } from './renumbering.ts';
import { instanceTable, ledgerTable, type Row, type Table, tables, valueIn } from './tables.ts';

export interface Copied {
  readonly workspaces: number;
  readonly instances: number;
  /** Of counters. */
  readonly series: number;
}

export interface CopyOptions {
  /** Called with each batch. Whatever it throws ends the copy, and nothing has been copied. */
  readonly onProgress: (progress: Progress) => void;
}

export type Progress =
  | { readonly step: 'copy'; readonly table: string; readonly rows: number; readonly of: number }
  | { readonly step: 'compare'; readonly instances: number; readonly of: number };

/**
 * Copies all ledgers of a place to one that has none, and compares both before the copy counts: it is whole, or there is none.
 *
 * @throws {LedgerError} with a message that says what to fix
 */
export function copyLedgers(from: Place, to: Place, options: CopyOptions): Promise<Copied> {
  return from.read(async (source) => {
    if ((await source.count(ledgerTable)) === 0)
      throw new LedgerError(`${from.shown} has no workspaces, so there is nothing to copy`);
    return to.fill(async (target) => {
      const renumbered = createRenumbering();
      for (const table of tables) await copyTable(table, source, target, renumbered, options);
      const series = await compareWorkspaces(source, target);
      const instances = await compareInstances(source, target, options);
      return { workspaces: await source.count(ledgerTable), instances, series };
    });
  });
}

async function copyTable(
  table: Table,
  source: Tables,
  target: NewTables,
  renumbered: Renumber,
  { onProgress }: CopyOptions,
): Promise<void> {
  const of = await source.count(table);
  let rows = 0;
  for await (const page of source.pages(table)) {
    await target.add(
      table,
      page.map((row) => renumbered(table, row)),
    );
    rows += page.length;
    onProgress({ step: 'copy', table: table.name, rows, of });
  }
}

/** @returns the number of series */
async function compareWorkspaces(source: Tables, target: Tables): Promise<number> {
  let series = 0;
  for await (const page of source.pages(ledgerTable)) {
    for (const row of page) {
      const workspace = workspaceIn(row);
      const [original, copy] = await openBoth(workspace, source, target);
      const difference = await differenceOf(original, copy);
      if (difference !== null) throw differs(workspace, difference);
      const { counters } = await original.snapshot();
      series += counterNames.reduce((sum, name) => sum + counters[name].length, 0);
    }
  }
  return series;
}

/** @returns the number of instances */
async function compareInstances(source: Tables, target: Tables, { onProgress }: CopyOptions): Promise<number> {
  const of = await source.count(instanceTable);
  const workspaces = new Map<unknown, WorkspaceId>();
  for await (const page of source.pages(ledgerTable))
    for (const row of page) workspaces.set(valueIn(ledgerTable, row, 'ledger'), workspaceIn(row));
  let opened: { readonly ledger: unknown; readonly both: readonly [Ledger, Ledger] } | undefined;
  let instances = 0;
  for await (const page of source.pages(instanceTable)) {
    for (const [ledger, rows] of Map.groupBy(page, (row) => valueIn(instanceTable, row, 'ledger'))) {
      const workspace = workspaces.get(ledger);
      if (workspace === undefined) throw new LedgerError(`the ledger ${ledger} has instances but no workspace`);
      // Instances come in the order of their ledgers.
      if (opened?.ledger !== ledger) opened = { ledger, both: await openBoth(workspace, source, target) };
      const ids = rows.map((row) => String(valueIn(instanceTable, row, 'id')));
      if (!(await knowsTheSame(...opened.both, ids))) throw differs(workspace, 'what has been counted of an instance');
    }
    instances += page.length;
    onProgress({ step: 'compare', instances, of });
  }
  return instances;
}

async function openBoth(workspace: WorkspaceId, source: Tables, target: Tables): Promise<readonly [Ledger, Ledger]> {
  const [original, copy] = [await source.open(workspace), await target.open(workspace)];
  if (original === null || copy === null) throw differs(workspace, 'the workspace');
  return [original, copy];
}

function workspaceIn(row: Row): WorkspaceId {
  const text = (column: string) => String(valueIn(ledgerTable, row, column));
  return { projectId: text('project_id'), workspaceId: text('workspace_id') };
}

function differs({ projectId, workspaceId }: WorkspaceId, what: string): LedgerError {
  return new LedgerError(
    `the copy of workspace ${workspaceId} (project ${projectId}) differs: ${what}; nothing was copied, and the source is as it was. Report this as a bug`,
  );
}
