import type { Snapshot } from '../../model/snapshot.ts';
import { byKey } from '../by-key.ts';
import type { HourOfStarts } from '../store.ts';
import { type CellChange, openMinute } from '../window.ts';
import type { Queries } from './database.ts';
import type { NewLabelSets, SetsOf } from './label-sets.ts';
import { given, raw, type Sql, sql } from './sql.ts';

/** The tables `cell` and `gauge`; a gauge is the sum of its cells. */

interface CellRow {
  readonly minute: number;
  readonly label_set: number;
  readonly instances: number;
  readonly retries: number;
}

const added = (table: string) =>
  raw(
    `DO UPDATE SET instances = ${table}.instances + excluded.instances, retries = ${table}.retries + excluded.retries`,
  );

export function windowWrites(ledger: number, sets: NewLabelSets) {
  return {
    add(changes: readonly CellChange[]): Sql[] {
      if (changes.length === 0) return [];
      const all = changes.map(
        ({ minute, labels, instances, retries }): CellRow => ({
          minute,
          label_set: sets.numberOf(labels),
          instances,
          retries,
        }),
      );
      const sum = (a: CellRow, b: CellRow) => ({
        ...a,
        instances: a.instances + b.instances,
        retries: a.retries + b.retries,
      });
      const types = { minute: 'bigint', label_set: 'bigint', instances: 'bigint', retries: 'bigint' } as const;
      const cells = byKey(all, (row) => `${row.minute} ${row.label_set}`, sum);
      const gauges = byKey(all, (row) => String(row.label_set), sum);
      return [
        sql`INSERT INTO cell SELECT ${ledger}::bigint, given.* FROM ${given(cells, types)}
            ON CONFLICT (ledger, minute, label_set) ${added('cell')}`,
        sql`INSERT INTO gauge SELECT ${ledger}::bigint, label_set, instances, retries FROM ${given(gauges, types)}
            ON CONFLICT (ledger, label_set) ${added('gauge')}`,
      ];
    },
    /** Removes the minutes before `fromMinute` from the window. */
    expire(fromMinute: number): Sql[] {
      // openMinute is negative.
      const before = sql`ledger = ${ledger} AND minute >= 0 AND minute < ${fromMinute}`;
      return [
        sql`UPDATE gauge SET instances = gauge.instances - expired.instances, retries = gauge.retries - expired.retries
            FROM (SELECT label_set, sum(instances) AS instances, sum(retries) AS retries
                  FROM cell WHERE ${before} GROUP BY label_set) expired
            WHERE gauge.ledger = ${ledger} AND gauge.label_set = expired.label_set`,
        sql`DELETE FROM cell WHERE ${before}`,
      ];
    },
    /** Empty gauges, and the empty cells that never leave the window. */
    removeEmpty: (): Sql[] => [
      sql`DELETE FROM gauge WHERE ledger = ${ledger} AND instances = 0`,
      sql`DELETE FROM cell WHERE ledger = ${ledger} AND minute = ${openMinute} AND instances = 0`,
    ],
    clear: (): Sql[] => ['cell', 'gauge'].map((table) => sql`DELETE FROM ${raw(table)} WHERE ledger = ${ledger}`),
  };
}

export function windowReads(queries: Queries, ledger: number, setsOf: SetsOf) {
  return {
    async sums(): Promise<Snapshot['window']> {
      const rows = await sql`SELECT label_set, instances, retries FROM gauge
        WHERE ledger = ${ledger} AND instances <> 0`.run<CellRow>(queries);
      const sets = await setsOf(rows);
      return rows.map(({ label_set: set, instances, retries }) => ({ labels: sets.labelsOf(set), instances, retries }));
    },
    async endedByMinute(status: string | null, fromMinute: number, toMinute: number): Promise<Map<number, number>> {
      const sets = await setsOf([]);
      const numbers = status === null ? null : sets.numbersWhere((labels) => labels.status === status);
      const isMeant = numbers === null ? sql`true` : sql`label_set = ANY(${numbers}::bigint[])`;
      const rows = await sql`SELECT minute, sum(instances) AS n FROM cell
        WHERE ledger = ${ledger} AND minute >= ${Math.max(fromMinute, openMinute + 1)} AND minute < ${toMinute} AND ${isMeant}
        GROUP BY minute HAVING sum(instances) <> 0`.run<{ minute: number; n: number }>(queries);
      return new Map(rows.map(({ minute, n }) => [minute, n]));
    },
    async startsByHour(fromHour: number, toHour: number): Promise<HourOfStarts[]> {
      const rows = await sql`SELECT minute / 60 AS hour, label_set, sum(instances) AS instances FROM cell
        WHERE ledger = ${ledger} AND minute >= ${Math.max(fromHour * 60, openMinute + 1)} AND minute < ${toHour * 60}
        GROUP BY hour, label_set HAVING sum(instances) <> 0`.run<{
        hour: number;
        label_set: number;
        instances: number;
      }>(queries);
      const sets = await setsOf(rows);
      return rows.map(({ hour, label_set: set, instances }) => ({ hour, labels: sets.labelsOf(set), instances }));
    },
  };
}
