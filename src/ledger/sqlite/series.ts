import {
  type CounterName,
  type CounterSeries,
  counterNames,
  type Exemplar,
  type Labels,
  type LastTime,
} from '../../model/snapshot.ts';
import { maxNumber } from '../bounds.ts';
import { byKey } from '../by-key.ts';
import type { CounterChange, DurationChange } from '../change.ts';
import { hasExtraLabels, labelsText, withoutStatus } from '../label-set.ts';
import type { LedgerRows } from '../snapshot.ts';
import type { LabelledActivity, PlaybookActivity } from '../store.ts';
import type { Database } from './database.ts';
import type { LabelSets } from './label-sets.ts';

/** The tables `counter`, `duration` and `mark`. */
export function createSeries(db: Database, ledger: number, sets: LabelSets) {
  return {
    counters(): LedgerRows['counters'] {
      // A counter that this exporter doesn't know is left alone.
      const sql = `SELECT counter, label_set, value, exposed FROM counter
                   WHERE ledger = ? AND counter IN (${counterNames.map((name) => `'${name}'`).join(', ')})`;
      return db
        .all<{ counter: CounterName; label_set: number; value: number; exposed: number }>(sql, ledger)
        .map(({ counter, label_set: set, value, exposed }) => ({
          counter,
          labels: sets.labelsOf(set),
          value,
          isExposed: exposed === 1,
        }));
    },
    /** Up to `most` rows, the next ones after this one. */
    buckets(after: BucketPlace | null, most: number): readonly BucketRow[] {
      return db.all<BucketRow>(
        `SELECT label_set, le, count, sum_seconds AS sumSeconds, exemplar_id AS instanceId, exemplar_seconds AS seconds,
                exemplar_end_time_ms AS endTimeMs
         FROM duration WHERE ledger = ? AND (label_set, le) > (?, ?) ORDER BY label_set, le LIMIT ?`,
        ledger,
        after?.label_set ?? 0,
        after?.le ?? 0,
        most,
      );
    },
    bucketsIn(rows: readonly BucketRow[]): LedgerRows['bucketsOf'] {
      const bySet = Map.groupBy(rows, ({ label_set: set }) => set);
      return (labels) =>
        (bySet.get(sets.find(labels) ?? 0) ?? []).map(({ le, count, sumSeconds, instanceId, seconds, endTimeMs }) => ({
          le,
          count,
          sumSeconds,
          exemplar: { instanceId, seconds, endTimeMs },
        }));
    },
    marks(mark: MarkName): LastTime[] {
      const sql = 'SELECT label_set, at_ms AS atMs FROM mark WHERE ledger = ? AND mark = ?';
      return db
        .all<{ label_set: number; atMs: number }>(sql, ledger, mark)
        .map(({ label_set: set, atMs }) => ({ labels: sets.labelsOf(set), atMs }));
    },
    pending(): CounterSeries[] {
      const sql = 'SELECT counter, label_set FROM counter INDEXED BY counter_pending WHERE ledger = ? AND exposed = 0';
      return db
        .all<{ counter: CounterName; label_set: number }>(sql, ledger)
        .map(({ counter, label_set: set }) => ({ counter, labels: sets.labelsOf(set) }));
    },
    runs(): CounterSeries['labels'][] {
      const sql = "SELECT label_set FROM counter WHERE ledger = ? AND counter = 'started'";
      return db.all<{ label_set: number }>(sql, ledger).map(({ label_set: set }) => sets.labelsOf(set));
    },
    nodes(playbook: string, counter: CounterName): string[] {
      const sql = `SELECT label_set FROM counter JOIN label_set USING (ledger, label_set)
                   WHERE ledger = ? AND counter = ? AND playbook = ?`;
      const rows = db.all<{ label_set: number }>(sql, ledger, counter, playbook);
      return [...new Set(rows.map(({ label_set: set }) => sets.labelsOf(set).node ?? ''))];
    },
    activity(): PlaybookActivity[] {
      const rows = db.all<Omit<PlaybookActivity, 'hasOpen'> & { hasOpen: number }>(
        `SELECT playbook, max(iif(mark = 'start', at_ms, NULL)) AS lastStartMs, max(at_ms) AS lastMs,
                playbook IN (SELECT playbook FROM instance INDEXED BY instance_open JOIN label_set USING (ledger, label_set)
                             WHERE ledger = ? AND open = 1) AS hasOpen
         FROM mark JOIN label_set USING (ledger, label_set) WHERE ledger = ? GROUP BY playbook`,
        ledger,
        ledger,
      );
      return rows.map((row) => ({ ...row, hasOpen: row.hasOpen === 1 }));
    },
    labelledActivity(): LabelledActivity[] {
      const marks = 'SELECT label_set, max(at_ms) AS lastMs FROM mark WHERE ledger = ? GROUP BY label_set';
      const open = 'SELECT DISTINCT label_set FROM instance INDEXED BY instance_open WHERE ledger = ? AND open = 1';
      const isOpen = new Set(db.all<{ label_set: number }>(open, ledger).map((row) => row.label_set));
      const byLabels = new Map<string, LabelledActivity>();
      for (const { label_set: set, lastMs } of db.all<{ label_set: number; lastMs: number }>(marks, ledger)) {
        const labels = withoutStatus(sets.labelsOf(set));
        if (!hasExtraLabels(labels)) continue;
        const text = labelsText(labels);
        const known = byLabels.get(text) ?? { labels, lastMs, hasOpen: isOpen.has(sets.find(labels) ?? 0) };
        byLabels.set(text, { ...known, lastMs: Math.max(known.lastMs, lastMs) });
      }
      return [...byLabels.values()];
    },

    count({ counter, labels, by }: CounterChange): void {
      db.run(
        `INSERT INTO counter (ledger, counter, label_set, value) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET value = min(value + excluded.value, ${maxNumber}) WHERE excluded.value > 0`,
        ledger,
        counter,
        sets.numberOf(labels),
        by,
      );
    },
    observe(changes: readonly DurationChange[]): void {
      const observed = changes.map(({ labels, le, observed: { seconds, ...exemplar } }) => ({
        set: sets.numberOf(labels),
        le,
        count: 1,
        sumSeconds: seconds,
        exemplar: { ...exemplar, seconds },
      }));
      const buckets = byKey(
        observed,
        ({ set, le }) => `${set} ${le}`,
        (a, b) => ({ ...b, count: a.count + b.count, sumSeconds: a.sumSeconds + b.sumSeconds }),
      );
      for (const { set, le, count, sumSeconds, exemplar } of buckets) {
        db.run(
          `INSERT INTO duration VALUES (?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET count = count + excluded.count, sum_seconds = sum_seconds + excluded.sum_seconds,
             exemplar_id = excluded.exemplar_id, exemplar_seconds = excluded.exemplar_seconds,
             exemplar_end_time_ms = excluded.exemplar_end_time_ms`,
          ledger,
          set,
          le,
          count,
          sumSeconds,
          exemplar.instanceId,
          exemplar.seconds,
          exemplar.endTimeMs,
        );
      }
    },
    advanceMark(mark: MarkName, { labels, atMs }: LastTime): void {
      db.run(
        'INSERT INTO mark VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET at_ms = max(at_ms, excluded.at_ms)',
        ledger,
        mark,
        sets.numberOf(labels),
        atMs,
      );
    },
    expose({ counter, labels }: CounterSeries): void {
      const sql = 'UPDATE counter SET exposed = 1 WHERE ledger = ? AND counter = ? AND label_set = ?';
      db.run(sql, ledger, counter, sets.numberOf(labels));
    },
    remove(playbook: string): void {
      for (const table of ['counter', 'duration', 'mark']) {
        db.run(
          `DELETE FROM ${table} WHERE ledger = ? AND label_set IN
             (SELECT label_set FROM label_set WHERE ledger = ? AND playbook = ?)`,
          ledger,
          ledger,
          playbook,
        );
      }
    },
    removeLabelled(labels: Labels): void {
      const text = labelsText(labels);
      const withAnyStatus = `${text.slice(0, -1)},"status":`;
      for (const table of ['counter', 'duration', 'mark']) {
        db.run(
          `DELETE FROM ${table} WHERE ledger = ? AND label_set IN
             (SELECT label_set FROM label_set WHERE ledger = ? AND (labels = ? OR substr(labels, 1, length(?)) = ?))`,
          ledger,
          ledger,
          text,
          withAnyStatus,
          withAnyStatus,
        );
      }
    },
  };
}

type MarkName = 'start' | 'completion';

interface BucketPlace {
  readonly label_set: number;
  readonly le: number;
}

export interface BucketRow extends BucketPlace, Exemplar {
  readonly count: number;
  readonly sumSeconds: number;
}
