import type { OpenRun } from '../../model/open-run.ts';
import type { Labels } from '../../model/snapshot.ts';
import type { Recheck } from '../change.ts';
import type { Entry } from '../entry.ts';
import type { OpenInstance } from '../store.ts';
import { readInstance, type StoredInstance, storeInstance } from '../stored-instance.ts';
import { readDetails } from '../stored-json.ts';
import type { Ends } from '../streaks.ts';
import type { Placed } from '../window.ts';
import type { Queries } from './database.ts';
import type { NewLabelSets, SetsOf } from './label-sets.ts';
import { fromText, given, raw, type Sql, sql, toText } from './sql.ts';

/** The table `instance`. */

const types = {
  id: 'text',
  label_set: 'bigint',
  status: 'text',
  start_time_ms: 'bigint',
  end_time_ms: 'bigint',
  retry_count: 'bigint',
  gone: 'boolean',
  open: 'boolean',
  recheck: 'boolean',
  seen_ms: 'bigint',
  changed_in: 'bigint',
  counted_started: 'bigint',
  counted_retries: 'bigint',
  counted_ends: 'json',
  counted_timed: 'json',
  last_end_ms: 'bigint',
  last_end_retry_count: 'bigint',
  last_end_ends: 'json',
  details: 'json',
} as const;

type InstanceRow = StoredInstance & { readonly label_set: number };

const columns = Object.keys(types);
const replaced = columns.filter((column) => column !== 'id').map((column) => `${column} = excluded.${column}`);

export function instanceWrites(ledger: number, sets: NewLabelSets) {
  return {
    write(entries: readonly Entry[], seenMs: number): Sql[] {
      if (entries.length === 0) return [];
      const rows = entries.map((entry) => ({
        ...storeInstance(entry),
        label_set: sets.numberOf(entry.labels),
        seen_ms: seenMs,
      }));
      return [
        sql`INSERT INTO instance (ledger, ${raw(columns.join(', '))}) SELECT ${ledger}::bigint, given.* FROM ${given(rows, types)}
            ON CONFLICT (ledger, id) DO UPDATE SET ${raw(replaced.join(', '))}`,
      ];
    },
    markSeen(ids: readonly string[], atMs: number): Sql[] {
      if (ids.length === 0) return [];
      return [
        sql`UPDATE instance SET seen_ms = ${atMs}, recheck = false
            WHERE ledger = ${ledger} AND id = ANY(${ids.map(toText)}::text[])`,
      ];
    },
    markForRecheck(which: Recheck): Sql[] {
      const isMeant =
        'status' in which
          ? sql`(open OR status = ${toText(which.status)})`
          : sql`start_time_ms >= ${which.fromMs} AND start_time_ms < ${which.toMs}`;
      return [
        sql`UPDATE instance SET recheck = true WHERE ledger = ${ledger} AND NOT gone AND NOT recheck AND ${isMeant}`,
      ];
    },
    remove(ids: readonly string[]): Sql[] {
      if (ids.length === 0) return [];
      return [sql`DELETE FROM instance WHERE ledger = ${ledger} AND id = ANY(${ids.map(toText)}::text[])`];
    },
  };
}

export function instanceReads(queries: Queries, ledger: number, setsOf: SetsOf) {
  /** Groups of label sets as the array of each one's numbers, by the group's place: the table `of_groups (place, numbers)`. */
  const ofGroups = async (groups: readonly (readonly Labels[])[]) => {
    const sets = await setsOf([]);
    const rows = groups.flatMap((group, place) =>
      group.flatMap((set) => {
        const number = sets.find(set);
        return number === null ? [] : { place, number };
      }),
    );
    return sql`of_groups AS (SELECT place, array_agg(number) AS numbers
      FROM ${given(rows, { place: 'bigint', number: 'bigint' })} GROUP BY place)`;
  };

  return {
    async known(ids: readonly string[]): Promise<Map<string, Entry>> {
      if (ids.length === 0) return new Map();
      const rows = await sql`SELECT ${raw(columns.join(', '))} FROM instance
        WHERE ledger = ${ledger} AND id = ANY(${ids.map(toText)}::text[])`.run<InstanceRow>(queries);
      const sets = await setsOf(rows);
      return new Map(
        rows.map((row) => {
          const { label_set: set, id, status } = row;
          const entry = readInstance({ ...row, id: fromText(id), status: fromText(status) }, sets.labelsOf(set));
          return [entry.id, entry];
        }),
      );
    },
    async openUnseen(sinceMs: number): Promise<OpenInstance[]> {
      const rows = await sql`SELECT id, status FROM instance
        WHERE ledger = ${ledger} AND open AND seen_ms < ${sinceMs} ORDER BY seen_ms`.run<OpenInstance>(queries);
      return rows.map(({ id, status }) => ({ id: fromText(id), status: fromText(status) }));
    },
    async toRecheck(): Promise<string[]> {
      const rows = await sql`SELECT id FROM instance WHERE ledger = ${ledger} AND recheck`.run<{ id: string }>(queries);
      return rows.map(({ id }) => fromText(id));
    },
    async stuckOrRetrying(sinceMs: number, max: number): Promise<OpenRun[]> {
      const rows = await sql`SELECT id, label_set, status, start_time_ms, retry_count, details FROM instance
        WHERE ledger = ${ledger} AND open AND (status = 'RETRYING' OR start_time_ms < ${sinceMs})
        ORDER BY start_time_ms NULLS FIRST, id LIMIT ${max}`.run<InstanceRow>(queries);
      const sets = await setsOf(rows);
      return rows.map((row) => {
        const { playbook = '', trigger_type: triggerType = '' } = sets.labelsOf(row.label_set);
        return {
          instanceId: fromText(row.id),
          playbook,
          triggerType,
          status: fromText(row.status),
          startTimeMs: row.start_time_ms,
          retryCount: row.retry_count,
          details: readDetails(row.details),
        };
      });
    },
    async endedBefore(beforeMs: number, max: number): Promise<string[]> {
      const rows = await sql`SELECT id FROM instance WHERE ledger = ${ledger} AND NOT open
        AND greatest(coalesce(end_time_ms, 0), coalesce(start_time_ms, 0)) < ${beforeMs}::bigint
        ORDER BY greatest(coalesce(end_time_ms, 0), coalesce(start_time_ms, 0)) LIMIT ${max}`.run<{
        id: string;
      }>(queries);
      return rows.map(({ id }) => fromText(id));
    },
    async countOpen(): Promise<number> {
      const [row] = await sql`SELECT count(*) AS n FROM instance WHERE ledger = ${ledger} AND open`.run<{ n: number }>(
        queries,
      );
      return row?.n ?? 0;
    },
    async countBegunWithin(fromMs: number, toMs: number): Promise<number> {
      const isWithin = sql`coalesce(start_time_ms, end_time_ms) >= ${fromMs}::bigint
        AND coalesce(start_time_ms, end_time_ms) < ${toMs}::bigint`;
      // Of the ended ones, the index leaves out those whose times all lie before.
      const [row] = await sql`SELECT
          (SELECT count(*) FROM instance WHERE ledger = ${ledger} AND open AND ${isWithin})
        + (SELECT count(*) FROM instance WHERE ledger = ${ledger} AND NOT open AND NOT gone
             AND greatest(coalesce(end_time_ms, 0), coalesce(start_time_ms, 0)) >= ${fromMs}::bigint AND ${isWithin})
        AS n`.run<{ n: number }>(queries);
      return row?.n ?? 0;
    },
    async ends(groups: readonly (readonly Labels[])[], untilMs: number): Promise<Ends[]> {
      if (groups.length === 0) return [];
      // The newest of each set is one step in the index.
      const rows = await sql`WITH ${await ofGroups(groups)},
        finished AS MATERIALIZED (
          SELECT place, numbers, (
            SELECT max(newest.end_time_ms) FROM unnest(numbers) AS sets (label_set) CROSS JOIN LATERAL (
              SELECT end_time_ms FROM instance
              WHERE ledger = ${ledger} AND instance.label_set = sets.label_set AND status = 'FINISHED'
                AND end_time_ms <= ${untilMs}::bigint
              ORDER BY end_time_ms DESC LIMIT 1
            ) newest
          ) AS ms FROM of_groups
        )
        SELECT place, ms, (
          SELECT json_agg(end_time_ms) FROM instance
          WHERE ledger = ${ledger} AND label_set = ANY(numbers) AND status = 'FAILED'
            AND end_time_ms > coalesce(ms, ${Number.MIN_SAFE_INTEGER}::bigint)
        ) AS failed FROM finished`.run<{ place: number; ms: number | null; failed: number[] | null }>(queries);
      const ends = groups.map((): Ends => ({ finishedMs: null, failedMs: [] }));
      for (const { place, ms, failed } of rows)
        ends[place] = { finishedMs: ms, failedMs: (failed ?? []).sort((a, b) => a - b) };
      return ends;
    },
    async starts(groups: readonly (readonly Labels[])[], sinceMs: number): Promise<Float64Array[]> {
      if (groups.length === 0) return [];
      // One value is read several times faster than a row for each time.
      const rows = await sql`WITH ${await ofGroups(groups)}
        SELECT place, (
          SELECT json_agg(start_time_ms) FROM instance
          WHERE ledger = ${ledger} AND label_set = ANY(numbers) AND start_time_ms >= ${sinceMs}::bigint
        ) AS times FROM of_groups`.run<{ place: number; times: number[] | null }>(queries);
      const starts = groups.map(() => new Float64Array());
      for (const { place, times } of rows) starts[place] = Float64Array.from(times ?? []);
      return starts;
    },
    /** Of the open instances, by label set and status: how many there are, and when the oldest began. */
    async open() {
      const rows = await sql`SELECT label_set, status, count(*) AS n, min(start_time_ms) AS start_time_ms FROM instance
        WHERE ledger = ${ledger} AND open GROUP BY label_set, status`.run<
        Pick<InstanceRow, 'label_set' | 'status' | 'start_time_ms'> & { n: number }
      >(queries);
      return rows.map((row) => ({ ...row, status: fromText(row.status) }));
    },
    async countRechecks(): Promise<number> {
      const [row] = await sql`SELECT count(*) AS n FROM instance WHERE ledger = ${ledger} AND recheck`.run<{
        n: number;
      }>(queries);
      return row?.n ?? 0;
    },
    /** The instances of a window that starts at `fromMs`, as far as they are counted in it. */
    async *since(fromMs: number): AsyncGenerator<Placed> {
      for (let after = ''; ; ) {
        const rows = await sql`SELECT id, label_set, status, start_time_ms, end_time_ms, retry_count, gone FROM instance
          WHERE ledger = ${ledger} AND id > ${after} AND (open OR coalesce(start_time_ms, end_time_ms) >= ${fromMs}::bigint)
          ORDER BY id LIMIT ${rowsAtOnce}`.run<InstanceRow>(queries);
        const sets = await setsOf(rows);
        for (const row of rows) {
          yield {
            labels: sets.labelsOf(row.label_set),
            status: fromText(row.status),
            startTimeMs: row.start_time_ms,
            endTimeMs: row.end_time_ms,
            retryCount: row.retry_count,
            gone: row.gone,
          };
        }
        if (rows.length < rowsAtOnce) return;
        after = rows.at(-1)?.id ?? '';
      }
    },
  };
}

const rowsAtOnce = 10_000;
