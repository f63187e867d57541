import {
  type CounterName,
  type CounterSeries,
  counterNames,
  type Labels,
  type LastTime,
} from '../../model/snapshot.ts';
import { maxNumber } from '../bounds.ts';
import { byKey } from '../by-key.ts';
import type { CounterChange, DurationChange } from '../change.ts';
import { hasExtraLabels, labelsText, withoutStatus } from '../label-set.ts';
import type { LedgerRows } from '../snapshot.ts';
import type { LabelledActivity, PlaybookActivity } from '../store.ts';
import type { Queries } from './database.ts';
import type { LabelSets, NewLabelSets, SetsOf } from './label-sets.ts';
import { fromText, given, raw, type Sql, sql } from './sql.ts';

/** The tables `counter`, `duration` and `mark`. */

type MarkName = 'start' | 'completion';

interface MarkRow {
  readonly mark: MarkName;
  readonly label_set: number;
  readonly at_ms: number;
}

export function seriesWrites(ledger: number, sets: NewLabelSets) {
  function removeFrom(numbers: readonly number[]): Sql[] {
    if (numbers.length === 0) return [];
    return ['counter', 'duration', 'mark'].map(
      (table) => sql`DELETE FROM ${raw(table)} WHERE ledger = ${ledger} AND label_set = ANY(${numbers}::bigint[])`,
    );
  }

  return {
    count(changes: readonly CounterChange[]): Sql[] {
      if (changes.length === 0) return [];
      const all = changes.map(({ counter, labels, by }) => ({ counter, label_set: sets.numberOf(labels), value: by }));
      const rows = byKey(
        all,
        (row) => `${row.counter} ${row.label_set}`,
        (a, b) => ({ ...a, value: a.value + b.value }),
      );
      return [
        sql`INSERT INTO counter (ledger, counter, label_set, value)
            SELECT ${ledger}::bigint, counter, label_set, least(value, ${maxNumber}::bigint)
            FROM ${given(rows, { counter: 'text', label_set: 'bigint', value: 'bigint' })}
            ON CONFLICT (ledger, counter, label_set)
            DO UPDATE SET value = least(counter.value + excluded.value, ${maxNumber}::bigint) WHERE excluded.value > 0`,
      ];
    },
    observe(changes: readonly DurationChange[]): Sql[] {
      if (changes.length === 0) return [];
      const all = changes.map(({ labels, le, observed }) => ({
        label_set: sets.numberOf(labels),
        le,
        count: 1,
        sum_seconds: observed.seconds,
        exemplar_id: observed.instanceId,
        exemplar_seconds: observed.seconds,
        exemplar_end_time_ms: observed.endTimeMs,
      }));
      const rows = byKey(
        all,
        (row) => `${row.label_set} ${row.le}`,
        (a, b) => ({ ...b, count: a.count + b.count, sum_seconds: a.sum_seconds + b.sum_seconds }),
      );
      const types = {
        label_set: 'bigint',
        le: 'double precision',
        count: 'bigint',
        sum_seconds: 'double precision',
        exemplar_id: 'text',
        exemplar_seconds: 'double precision',
        exemplar_end_time_ms: 'bigint',
      } as const;
      return [
        sql`INSERT INTO duration SELECT ${ledger}::bigint, given.* FROM ${given(rows, types)}
            ON CONFLICT (ledger, label_set, le) DO UPDATE SET
              count = duration.count + excluded.count, sum_seconds = duration.sum_seconds + excluded.sum_seconds,
              exemplar_id = excluded.exemplar_id, exemplar_seconds = excluded.exemplar_seconds,
              exemplar_end_time_ms = excluded.exemplar_end_time_ms`,
      ];
    },
    advanceMarks(starts: readonly LastTime[], completions: readonly LastTime[]): Sql[] {
      const rowsOf = (mark: MarkName, times: readonly LastTime[]) =>
        times.map(({ labels, atMs }): MarkRow => ({ mark, label_set: sets.numberOf(labels), at_ms: atMs }));
      const rows = byKey(
        [...rowsOf('start', starts), ...rowsOf('completion', completions)],
        (row) => `${row.mark} ${row.label_set}`,
        (a, b) => (a.at_ms > b.at_ms ? a : b),
      );
      if (rows.length === 0) return [];
      return [
        sql`INSERT INTO mark SELECT ${ledger}::bigint, given.*
            FROM ${given(rows, { mark: 'text', label_set: 'bigint', at_ms: 'bigint' })}
            ON CONFLICT (ledger, mark, label_set) DO UPDATE SET at_ms = excluded.at_ms WHERE mark.at_ms < excluded.at_ms`,
      ];
    },
    expose(series: readonly CounterSeries[]): Sql[] {
      if (series.length === 0) return [];
      const rows = series.map(({ counter, labels }) => ({ counter, label_set: sets.numberOf(labels) }));
      return [
        sql`UPDATE counter SET exposed = true FROM ${given(rows, { counter: 'text', label_set: 'bigint' })}
            WHERE counter.ledger = ${ledger} AND counter.counter = given.counter AND counter.label_set = given.label_set`,
      ];
    },
    /** @param labelled label sets without a status, whose series disappear with any */
    remove(known: LabelSets, playbooks: readonly string[], labelled: readonly Labels[]): Sql[] {
      const [silent, silentSets] = [new Set(playbooks), new Set(labelled.map(labelsText))];
      return removeFrom(
        known.numbersWhere(
          (labels) => silent.has(labels.playbook ?? '') || silentSets.has(labelsText(withoutStatus(labels))),
        ),
      );
    },
  };
}

export function seriesReads(queries: Queries, ledger: number, setsOf: SetsOf) {
  /** Of label sets with marks, and of those with open instances. */
  async function activity() {
    const rows = await sql`SELECT label_set, max(at_ms) FILTER (WHERE mark = 'start') AS "lastStartMs",
        max(at_ms) AS "lastMs", false AS "hasOpen"
      FROM mark WHERE ledger = ${ledger} GROUP BY label_set
      UNION ALL
      SELECT DISTINCT label_set, NULL::bigint, NULL::bigint, true FROM instance WHERE ledger = ${ledger} AND open`.run<
      Activity & { readonly label_set: number }
    >(queries);
    const sets = await setsOf(rows);
    return rows.map(({ label_set: set, ...row }) => ({ labels: sets.labelsOf(set), ...row }));
  }

  return {
    async counters(): Promise<LedgerRows['counters']> {
      // A counter that this exporter doesn't know is left alone.
      const rows = await sql`SELECT counter, label_set, value, exposed FROM counter
        WHERE ledger = ${ledger} AND counter = ANY(${counterNames}::text[])`.run<{
        counter: CounterName;
        label_set: number;
        value: number;
        exposed: boolean;
      }>(queries);
      const sets = await setsOf(rows);
      return rows.map(({ counter, label_set: set, value, exposed }) => ({
        counter,
        labels: sets.labelsOf(set),
        value,
        isExposed: exposed,
      }));
    },
    async buckets(): Promise<LedgerRows['bucketsOf']> {
      const rows =
        await sql`SELECT label_set, le, count, sum_seconds, exemplar_id, exemplar_seconds, exemplar_end_time_ms
        FROM duration WHERE ledger = ${ledger}`.run<{
          label_set: number;
          le: number;
          count: number;
          sum_seconds: number;
          exemplar_id: string;
          exemplar_seconds: number;
          exemplar_end_time_ms: number;
        }>(queries);
      const sets = await setsOf(rows);
      const bySet = Map.groupBy(rows, ({ label_set: set }) => set);
      return (labels) =>
        (bySet.get(sets.find(labels) ?? 0) ?? []).map((row) => ({
          le: row.le,
          count: row.count,
          sumSeconds: row.sum_seconds,
          exemplar: {
            instanceId: fromText(row.exemplar_id),
            seconds: row.exemplar_seconds,
            endTimeMs: row.exemplar_end_time_ms,
          },
        }));
    },
    async marks(): Promise<Record<MarkName, LastTime[]>> {
      const rows = await sql`SELECT mark, label_set, at_ms FROM mark WHERE ledger = ${ledger}`.run<MarkRow>(queries);
      const sets = await setsOf(rows);
      const of = (wanted: MarkName) =>
        rows.flatMap(({ mark, label_set: set, at_ms: atMs }) =>
          mark === wanted ? [{ labels: sets.labelsOf(set), atMs }] : [],
        );
      return { start: of('start'), completion: of('completion') };
    },
    async pending(): Promise<CounterSeries[]> {
      const rows = await sql`SELECT counter, label_set FROM counter WHERE ledger = ${ledger} AND NOT exposed`.run<{
        counter: CounterName;
        label_set: number;
      }>(queries);
      const sets = await setsOf(rows);
      return rows.map(({ counter, label_set: set }) => ({ counter, labels: sets.labelsOf(set) }));
    },
    async nodes(playbook: string, counter: CounterName): Promise<string[]> {
      const sets = await setsOf([]);
      const numbers = sets.numbersWhere((labels) => labels.playbook === playbook && 'node' in labels);
      const rows = await sql`SELECT label_set FROM counter
        WHERE ledger = ${ledger} AND counter = ${counter} AND label_set = ANY(${numbers}::bigint[])`.run<{
        label_set: number;
      }>(queries);
      return [...new Set(rows.map(({ label_set: set }) => sets.labelsOf(set).node ?? ''))];
    },
    async playbookActivity(): Promise<PlaybookActivity[]> {
      const rows = (await activity()).map(({ labels: { playbook = '' }, ...row }) => ({ playbook, ...row }));
      return joinActivity(rows, ({ playbook }) => playbook);
    },
    async labelledActivity(): Promise<LabelledActivity[]> {
      const rows = (await activity()).map(({ labels, ...row }) => ({ labels: withoutStatus(labels), ...row }));
      const labelled = rows.filter(({ labels }) => hasExtraLabels(labels));
      return joinActivity(labelled, ({ labels }) => labelsText(labels)).map(({ lastStartMs: _, ...one }) => one);
    },
  };
}

interface Activity {
  readonly lastStartMs: number | null;
  /** null: no mark has been met. */
  readonly lastMs: number | null;
  readonly hasOpen: boolean;
}

type Marked<Row extends Activity> = Row & { readonly lastMs: number };

/** The rows with one key as one, if there is a mark among them. */
function joinActivity<Row extends Activity>(rows: readonly Row[], keyOf: (row: Row) => string): Marked<Row>[] {
  const later = (a: number | null, b: number | null) => (a === null || b === null ? (a ?? b) : Math.max(a, b));
  const all = byKey(rows, keyOf, (a, b) => ({
    ...a,
    lastStartMs: later(a.lastStartMs, b.lastStartMs),
    lastMs: later(a.lastMs, b.lastMs),
    hasOpen: a.hasOpen || b.hasOpen,
  }));
  return all.filter((row): row is Marked<Row> => row.lastMs !== null);
}
