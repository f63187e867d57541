import type { OpenRun } from '../../model/open-run.ts';
import type { Labels, Snapshot } from '../../model/snapshot.ts';
import type { Recheck } from '../change.ts';
import type { Entry } from '../entry.ts';
import type { OpenInstance } from '../store.ts';
import { readInstance, type StoredInstance, storeInstance } from '../stored-instance.ts';
import { readDetails } from '../stored-json.ts';
import type { Ends } from '../streaks.ts';
import type { Database } from './database.ts';
import type { LabelSets } from './label-sets.ts';
import { lengthen, type ShortText, shorten } from './short-texts.ts';

/** The table `instance`. */
export function createInstances(db: Database, ledger: number, sets: LabelSets) {
  const toEntry = (row: InstanceRow): Entry =>
    readInstance(
      {
        ...row,
        id: lengthen(row.id),
        status: lengthen(row.status),
        counted_ends: lengthen(row.counted_ends),
        counted_timed: lengthen(row.counted_timed),
        last_end_ends: row.last_end_ends === null ? null : lengthen(row.last_end_ends),
      },
      sets.labelsOf(row.label_set),
    );

  function numbersOf(labels: readonly Labels[]): number[] {
    return labels.flatMap((set) => sets.find(set) ?? []);
  }

  /** One text is read several times faster than a row for each time. */
  function times(column: 'start_time_ms' | 'end_time_ms', where: string, ...values: (number | ShortText)[]): number[] {
    const sql = `SELECT json_group_array(${column}) AS times FROM instance INDEXED BY instance_of_set WHERE ${where}`;
    return JSON.parse(db.all<{ times: string }>(sql, ...values)[0]?.times ?? '[]') as number[];
  }

  return {
    known(ids: readonly string[]): Map<string, Entry> {
      const sql = 'SELECT * FROM instance WHERE ledger = ? AND id = ?';
      const rows = db.each<InstanceRow>(
        sql,
        [...new Set(ids)].map((id) => [ledger, shorten(id)]),
      );
      return new Map(rows.map(toEntry).map((entry) => [entry.id, entry]));
    },
    /** The instances of a window that starts at `fromMs`. */
    since(fromMs: number): Entry[] {
      const sql = 'SELECT * FROM instance WHERE ledger = ? AND (open = 1 OR coalesce(start_time_ms, end_time_ms) >= ?)';
      return db.all<InstanceRow>(sql, ledger, fromMs).map(toEntry);
    },
    openUnseen(sinceMs: number): OpenInstance[] {
      const sql =
        'SELECT id, status FROM instance INDEXED BY instance_open WHERE ledger = ? AND open = 1 AND seen_ms < ? ORDER BY seen_ms';
      return db
        .all<Pick<InstanceRow, 'id' | 'status'>>(sql, ledger, sinceMs)
        .map(({ id, status }) => ({ id: lengthen(id), status: lengthen(status) }));
    },
    toRecheck(): string[] {
      const sql = 'SELECT id FROM instance INDEXED BY instance_recheck WHERE ledger = ? AND recheck = 1';
      return db.all<Pick<InstanceRow, 'id'>>(sql, ledger).map(({ id }) => lengthen(id));
    },
    stuckOrRetrying(sinceMs: number, max: number): OpenRun[] {
      const rows = db.all<InstanceRow>(
        `SELECT * FROM instance INDEXED BY instance_open
         WHERE ledger = ? AND open = 1 AND (status = ? OR start_time_ms < ?) ORDER BY start_time_ms, id LIMIT ?`,
        ledger,
        shorten('RETRYING'),
        sinceMs,
        max,
      );
      return rows.map((row) => {
        const { playbook = '', trigger_type: triggerType = '' } = sets.labelsOf(row.label_set);
        return {
          instanceId: lengthen(row.id),
          playbook,
          triggerType,
          status: lengthen(row.status),
          startTimeMs: row.start_time_ms,
          retryCount: row.retry_count,
          details: readDetails(row.details),
        };
      });
    },
    endedBefore(beforeMs: number, max: number): string[] {
      const rows = db.all<Pick<InstanceRow, 'id'>>(
        `SELECT id FROM instance INDEXED BY instance_ended
         WHERE ledger = ? AND open = 0 AND max(coalesce(end_time_ms, 0), coalesce(start_time_ms, 0)) < ? LIMIT ?`,
        ledger,
        beforeMs,
        max,
      );
      return rows.map(({ id }) => lengthen(id));
    },
    oldestOpen(): Snapshot['oldestOpen'] {
      const rows = db.all<{ playbook: string; status: ShortText; startTimeMs: number }>(
        `SELECT playbook, instance.status, min(start_time_ms) AS startTimeMs
         FROM instance INDEXED BY instance_open JOIN label_set USING (ledger, label_set)
         WHERE ledger = ? AND open = 1 AND start_time_ms IS NOT NULL GROUP BY playbook, instance.status`,
        ledger,
      );
      return rows.map(({ playbook, status, startTimeMs }) => ({
        labels: { playbook, status: lengthen(status) },
        startTimeMs,
      }));
    },
    countOpen(): number {
      const sql = 'SELECT count(*) AS n FROM instance INDEXED BY instance_open WHERE ledger = ? AND open = 1';
      return db.all<{ n: number }>(sql, ledger)[0]?.n ?? 0;
    },
    countBegunWithin(fromMs: number, toMs: number): number {
      const isWithin = 'coalesce(start_time_ms, end_time_ms) >= ? AND coalesce(start_time_ms, end_time_ms) < ?';
      // Of the ended ones, the index leaves out those whose times all lie before.
      const sql = `SELECT
          (SELECT count(*) FROM instance INDEXED BY instance_open WHERE ledger = ? AND open = 1 AND ${isWithin})
        + (SELECT count(*) FROM instance INDEXED BY instance_ended WHERE ledger = ? AND open = 0 AND gone = 0
             AND max(coalesce(end_time_ms, 0), coalesce(start_time_ms, 0)) >= ? AND ${isWithin}) AS n`;
      return db.all<{ n: number }>(sql, ledger, fromMs, toMs, ledger, fromMs, fromMs, toMs)[0]?.n ?? 0;
    },
    ends(labels: readonly Labels[], untilMs: number): Ends {
      const numbers = numbersOf(labels);
      const finished = numbers.flatMap((set) => {
        const sql = `SELECT max(end_time_ms) AS ms FROM instance INDEXED BY instance_of_set
                     WHERE label_set = ? AND status = ? AND end_time_ms <= ?`;
        return db.all<{ ms: number | null }>(sql, set, shorten('FINISHED'), untilMs)[0]?.ms ?? [];
      });
      const finishedMs = finished.length === 0 ? null : Math.max(...finished);
      const failed = numbers.flatMap((set) =>
        times(
          'end_time_ms',
          'label_set = ? AND status = ? AND end_time_ms > ?',
          set,
          shorten('FAILED'),
          finishedMs ?? Number.MIN_SAFE_INTEGER,
        ),
      );
      return { finishedMs, failedMs: failed.sort((a, b) => a - b) };
    },
    starts(labels: readonly Labels[], sinceMs: number): Float64Array {
      const since = numbersOf(labels).map((set) =>
        times('start_time_ms', 'label_set = ? AND start_time_ms >= ?', set, sinceMs),
      );
      return Float64Array.from(since.flat());
    },

    write(entry: Entry, seenMs: number): void {
      const row = storeInstance(entry);
      db.run(
        'INSERT OR REPLACE INTO instance VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        ledger,
        shorten(row.id),
        sets.numberOf(entry.labels),
        shorten(row.status),
        row.start_time_ms,
        row.end_time_ms,
        row.retry_count,
        Number(row.gone),
        Number(row.open),
        Number(row.recheck),
        row.open ? seenMs : 0,
        row.changed_in,
        row.counted_started,
        row.counted_retries,
        shorten(row.counted_ends),
        shorten(row.counted_timed),
        row.last_end_ms,
        row.last_end_retry_count,
        row.last_end_ends === null ? null : shorten(row.last_end_ends),
        row.details,
      );
    },
    markSeen(id: string, atMs: number): void {
      db.run('UPDATE instance SET seen_ms = ?, recheck = 0 WHERE ledger = ? AND id = ?', atMs, ledger, shorten(id));
    },
    markForRecheck(which: Recheck): void {
      const set = 'UPDATE instance SET recheck = 1 WHERE ledger = ? AND gone = 0 AND';
      if ('status' in which) db.run(`${set} (open = 1 OR status = ?)`, ledger, shorten(which.status));
      else db.run(`${set} start_time_ms >= ? AND start_time_ms < ?`, ledger, which.fromMs, which.toMs);
    },
    remove(id: string): void {
      db.run('DELETE FROM instance WHERE ledger = ? AND id = ?', ledger, shorten(id));
    },
  };
}

type ShortColumn = 'id' | 'status' | 'counted_ends' | 'counted_timed' | 'last_end_ends';

type InstanceRow = Omit<StoredInstance, ShortColumn | 'gone' | 'open' | 'recheck'> & {
  readonly [Column in Exclude<ShortColumn, 'last_end_ends'>]: ShortText;
} & {
  readonly last_end_ends: ShortText | null;
  readonly label_set: number;
  readonly gone: number;
  readonly recheck: number;
};
