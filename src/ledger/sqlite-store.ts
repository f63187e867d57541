import type { FailedRun } from '../model/failed-run.ts';
import type { OpenRun } from '../model/open-run.ts';
import type {
  Counted,
  CounterKey,
  CounterName,
  DurationBucket,
  Durations,
  Exemplar,
  Labels,
  Mark,
  SeriesKey,
  Snapshot,
} from '../model/snapshot.ts';
import { isEnded } from '../model/status.ts';
import type { Entry } from './entry.ts';
import { type KnownLabel, otherPlaybooks } from './label.ts';
import { Sqlite } from './sqlite.ts';
import {
  type Batch,
  type FailedAttempt,
  LedgerError,
  mostFailures,
  type OpenInstance,
  type Store,
  type SweepItem,
  type WorkspaceId,
  type WorkspaceState,
} from './store.ts';
import { moves } from './window.ts';

/** The embedded store: one SQLite file for all workspaces. */
export class SqliteStore implements Store {
  readonly #sqlite: Sqlite;

  /**
   * @param path a file, made with its folder where missing; ':memory:' keeps nothing
   * @throws {LedgerError}
   */
  constructor(path: string) {
    this.#sqlite = new Sqlite(path);
  }

  async find({ projectId, workspaceId }: WorkspaceId): Promise<WorkspaceState | null> {
    const [state] = this.#sqlite.all<Omit<WorkspaceState, 'datesTrusted'> & { datesTrusted: number | null }>(
      `SELECT ledger, name, created_at_ms AS createdAtMs, complete_tails AS completeTails, last_tail_ms AS lastTailMs,
              last_success_ms AS lastSuccessMs, from_minute AS fromMinute, forgotten_before_ms AS forgottenBeforeMs,
              dates_trusted AS datesTrusted
       FROM ledger WHERE project_id = ? AND workspace_id = ?`,
      projectId,
      workspaceId,
    );
    if (state === undefined) return null;
    return { ...state, datesTrusted: state.datesTrusted === null ? null : state.datesTrusted === 1 };
  }

  async create({ projectId, workspaceId }: WorkspaceId, nowMs: number, fromMinute: number): Promise<WorkspaceState> {
    this.#sqlite.transaction(() => {
      this.#sqlite.run(
        'INSERT INTO ledger (project_id, workspace_id, created_at_ms, from_minute) VALUES (?, ?, ?, ?)',
        projectId,
        workspaceId,
        nowMs,
        fromMinute,
      );
    });
    const state = await this.find({ projectId, workspaceId });
    if (state === null) throw new LedgerError('a ledger that was just made is gone');
    return state;
  }

  async known(ledger: number, ids: readonly string[]): Promise<ReadonlyMap<string, Entry>> {
    const rows = this.#sqlite.all<EntryRow>(
      'SELECT * FROM instance WHERE ledger = ? AND id IN (SELECT value FROM json_each(?))',
      ledger,
      JSON.stringify(ids),
    );
    return new Map(rows.map((row) => [row.id, toEntry(row)]));
  }

  async labels(ledger: number): Promise<readonly KnownLabel[]> {
    const rows = this.#sqlite.all<Omit<KnownLabel, 'isLive'> & { isLive: number }>(
      `SELECT playbook_id AS playbookId, name, label, ${isLive} AS isLive FROM playbook WHERE ledger = ? ORDER BY label`,
      ledger,
    );
    return rows.map((row) => ({ ...row, isLive: row.isLive === 1 }));
  }

  async counted(ledger: number): Promise<readonly Pick<SeriesKey, 'playbook' | 'triggerType'>[]> {
    return this.#sqlite.all(
      "SELECT playbook, trigger_type AS triggerType FROM counter WHERE ledger = ? AND counter = 'started'",
      ledger,
    );
  }

  async unreadFailures(ledger: number, most: number): Promise<readonly FailedAttempt[]> {
    return this.#sqlite.all<FailedAttempt>(
      `SELECT id, attempt, failed_ms AS failedMs FROM failure
       WHERE ledger = ? AND nodes IS NULL ORDER BY failed_ms DESC LIMIT ?`,
      ledger,
      most,
    );
  }

  async latestFailures(ledger: number, most: number): Promise<readonly FailedRun[]> {
    const rows = this.#sqlite.all<Omit<FailedRun, 'nodes'> & { readonly nodes: string | null }>(
      `SELECT id AS instanceId, attempt, playbook, trigger_type AS triggerType, status, start_time_ms AS startTimeMs,
              failed_ms AS failedMs, nodes
       FROM failure JOIN instance USING (ledger, id) WHERE ledger = ? ORDER BY failed_ms DESC, id LIMIT ?`,
      ledger,
      most,
    );
    return rows.map((row) => ({ ...row, nodes: row.nodes === null ? null : JSON.parse(row.nodes) }));
  }

  async stuckOrRetrying(ledger: number, sinceMs: number, most: number): Promise<readonly OpenRun[]> {
    return this.#sqlite.all<OpenRun>(
      `SELECT id AS instanceId, playbook, trigger_type AS triggerType, status, start_time_ms AS startTimeMs,
              retry_count AS retryCount
       FROM instance INDEXED BY instance_open
       WHERE ledger = ? AND open = 1 AND (status = 'RETRYING' OR start_time_ms < ?) ORDER BY start_time_ms, id LIMIT ?`,
      ledger,
      sinceMs,
      most,
    );
  }

  async nodes(ledger: number, playbook: string): Promise<readonly string[]> {
    const sql = "SELECT node FROM counter WHERE ledger = ? AND counter = 'failed_nodes' AND playbook = ?";
    return this.#sqlite.all<{ node: string }>(sql, ledger, playbook).map(({ node }) => node);
  }

  async openUnseen(ledger: number, sinceMs: number): Promise<readonly OpenInstance[]> {
    return this.#sqlite.all<OpenInstance>(
      'SELECT id, status FROM instance INDEXED BY instance_open WHERE ledger = ? AND open = 1 AND seen_ms < ? ORDER BY seen_ms',
      ledger,
      sinceMs,
    );
  }

  async doubtful(ledger: number): Promise<readonly string[]> {
    const sql = 'SELECT id FROM instance INDEXED BY instance_doubtful WHERE ledger = ? AND doubtful = 1';
    return this.#sqlite.all<{ id: string }>(sql, ledger).map(({ id }) => id);
  }

  async hidden(ledger: number): Promise<readonly CounterKey[]> {
    return this.#sqlite.all<CounterKey>(
      `SELECT counter, playbook, trigger_type AS triggerType, status, node FROM counter INDEXED BY counter_hidden
       WHERE ledger = ? AND shown = 0`,
      ledger,
    );
  }

  async countEnded(ledger: number, status: string | null, fromMinute: number, toMinute: number): Promise<number> {
    const [row] = this.#sqlite.all<{ n: number }>(
      `SELECT coalesce(sum(instances), 0) AS n FROM cell
       WHERE ledger = ? AND minute >= ? AND minute < ? AND status = coalesce(?, status)`,
      ledger,
      fromMinute,
      toMinute,
      status,
    );
    return row?.n ?? 0;
  }

  async quietestMinute(ledger: number, fromMinute: number, toMinute: number): Promise<number> {
    const [row] = this.#sqlite.all<{ minute: number }>(
      `WITH RECURSIVE span (minute) AS (VALUES (?2) UNION ALL SELECT minute + 1 FROM span WHERE minute + 1 < ?3)
       SELECT span.minute, coalesce(sum(instances), 0) AS n
       FROM span LEFT JOIN cell ON ledger = ?1 AND cell.minute BETWEEN span.minute - 1 AND span.minute
       GROUP BY span.minute ORDER BY n, span.minute LIMIT 1`,
      ledger,
      fromMinute,
      toMinute,
    );
    return row?.minute ?? fromMinute;
  }

  async sweep(ledger: number): Promise<readonly SweepItem[]> {
    return this.#sqlite.all<SweepItem>(
      'SELECT key, from_ms AS fromMs, to_ms AS toMs, status, tried_ms AS triedMs FROM sweep WHERE ledger = ? ORDER BY key',
      ledger,
    );
  }

  async commit(ledger: number, batch: Batch): Promise<void> {
    this.#sqlite.transaction(() => {
      this.#writeState(ledger, batch.state ?? {});
      this.#writeEntries(ledger, batch);
      this.#writeSeries(ledger, batch);
      this.#writeFailures(ledger, batch);
      this.#writeCells(ledger, batch.cells ?? []);
      this.#writeSweep(ledger, batch);
      if (batch.doubt !== undefined) this.#writeDoubt(ledger, batch.doubt);
      for (const series of batch.show ?? []) this.#show(ledger, series);
    });
  }

  #writeState(ledger: number, state: NonNullable<Batch['state']>): void {
    const columns = {
      name: state.name,
      complete_tails: state.completeTails,
      last_tail_ms: state.lastTailMs,
      last_success_ms: state.lastSuccessMs,
      dates_trusted: typeof state.datesTrusted === 'boolean' ? Number(state.datesTrusted) : undefined,
    };
    for (const [column, value] of Object.entries(columns)) {
      if (value !== undefined) this.#sqlite.run(`UPDATE ledger SET ${column} = ? WHERE ledger = ?`, value, ledger);
    }
    if (state.fromMinute !== undefined) this.#moveWindow(ledger, state.fromMinute);
  }

  #moveWindow(ledger: number, fromMinute: number): void {
    const sql = 'SELECT from_minute AS fromMinute FROM ledger WHERE ledger = ?';
    const [before] = this.#sqlite.all<{ fromMinute: number }>(sql, ledger);
    this.#sqlite.run('UPDATE ledger SET from_minute = ? WHERE ledger = ?', fromMinute, ledger);
    if (before !== undefined && fromMinute < before.fromMinute) this.#rebuildWindow(ledger, fromMinute);
    else this.#expire(ledger, fromMinute);
  }

  #rebuildWindow(ledger: number, fromMinute: number): void {
    const rows = this.#sqlite.all<EntryRow>(
      'SELECT * FROM instance WHERE ledger = ? AND (open = 1 OR coalesce(start_time_ms, end_time_ms) >= ?)',
      ledger,
      fromMinute * 60_000,
    );
    this.#sqlite.run('DELETE FROM cell WHERE ledger = ?', ledger);
    this.#sqlite.run('DELETE FROM gauge WHERE ledger = ?', ledger);
    const changes = rows.map(toEntry).flatMap((entry) => moves(null, entry, fromMinute));
    this.#writeCells(ledger, changes);
  }

  /** Lets the minutes before `fromMinute` leave the window. */
  #expire(ledger: number, fromMinute: number): void {
    // openMinute is negative.
    const before = 'ledger = ? AND minute >= 0 AND minute < ?';
    this.#sqlite.run(
      `INSERT INTO gauge
         SELECT ledger, playbook, trigger_type, status, -sum(instances), -sum(retries) FROM cell WHERE ${before}
         GROUP BY playbook, trigger_type, status
       ON CONFLICT DO UPDATE SET instances = instances + excluded.instances, retries = retries + excluded.retries`,
      ledger,
      fromMinute,
    );
    this.#sqlite.run(`DELETE FROM cell WHERE ${before}`, ledger, fromMinute);
    this.#sqlite.run('DELETE FROM gauge WHERE ledger = ? AND instances = 0', ledger);
  }

  #writeEntries(ledger: number, { entries = [], added = 0, seen = [], seenMs = 0, playbooks = [] }: Batch): void {
    if (added > 0) this.#sqlite.run('UPDATE ledger SET instances = instances + ? WHERE ledger = ?', added, ledger);
    for (const entry of entries) {
      this.#sqlite.run(
        'INSERT OR REPLACE INTO instance VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        ledger,
        entry.id,
        entry.playbook,
        entry.triggerType,
        entry.status,
        entry.startTimeMs,
        entry.endTimeMs,
        entry.retryCount,
        entry.gone ? 1 : 0,
        isEnded(entry) || entry.gone ? 0 : 1,
        entry.doubtful ? 1 : 0,
        seenMs,
        entry.changedInTail,
        entry.counted.started,
        entry.counted.retries,
        JSON.stringify([...entry.counted.ends]),
        JSON.stringify([...entry.counted.timed]),
      );
    }
    for (const id of seen) {
      this.#sqlite.run('UPDATE instance SET seen_ms = ?, doubtful = 0 WHERE ledger = ? AND id = ?', seenMs, ledger, id);
    }
    for (const { playbookId, name, label, seenMs: atMs } of playbooks) {
      this.#sqlite.run(
        `INSERT INTO playbook VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (ledger, playbook_id, name)
         DO UPDATE SET label = excluded.label, seen_ms = max(seen_ms, excluded.seen_ms)`,
        ledger,
        playbookId,
        name,
        label,
        atMs,
      );
    }
  }

  #writeSeries(ledger: number, { counters = [], durations = [], marks = [] }: Batch): void {
    for (const { counter, playbook, triggerType, status, node, by } of counters) {
      this.#sqlite.run(
        `INSERT INTO counter (ledger, counter, playbook, trigger_type, status, node, value) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET value = value + excluded.value WHERE excluded.value > 0`,
        ledger,
        counter,
        playbook,
        triggerType,
        status,
        node,
        by,
      );
    }
    for (const { playbook, triggerType, status, le, observed } of durations) {
      this.#sqlite.run(
        `INSERT INTO duration VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET count = count + 1, sum_seconds = sum_seconds + excluded.sum_seconds,
           exemplar_id = excluded.exemplar_id, exemplar_seconds = excluded.exemplar_seconds,
           exemplar_end_time_ms = excluded.exemplar_end_time_ms`,
        ledger,
        playbook,
        triggerType,
        status,
        le,
        observed.seconds,
        observed.instanceId,
        observed.seconds,
        observed.endTimeMs,
      );
    }
    for (const { playbook, triggerType, status, atMs } of marks) {
      this.#sqlite.run(
        'INSERT INTO mark VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET at_ms = max(at_ms, excluded.at_ms)',
        ledger,
        playbook,
        triggerType,
        status,
        atMs,
      );
    }
  }

  #writeFailures(ledger: number, { failures = [], readFailures = [] }: Batch): void {
    for (const { id, attempt, failedMs } of failures) {
      const sql = 'INSERT INTO failure (ledger, id, attempt, failed_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING';
      this.#sqlite.run(sql, ledger, id, attempt, failedMs);
    }
    for (const { id, attempt, nodes } of readFailures) {
      const sql = 'UPDATE failure SET nodes = ? WHERE ledger = ? AND id = ? AND attempt = ?';
      this.#sqlite.run(sql, JSON.stringify(nodes), ledger, id, attempt);
    }
    if (failures.length === 0) return;
    this.#sqlite.run(
      `DELETE FROM failure WHERE ledger = ?1 AND (id, attempt) IN
         (SELECT id, attempt FROM failure WHERE ledger = ?1 ORDER BY failed_ms DESC LIMIT -1 OFFSET ?2)`,
      ledger,
      mostFailures,
    );
  }

  #writeCells(ledger: number, cells: NonNullable<Batch['cells']>): void {
    const add =
      'ON CONFLICT DO UPDATE SET instances = instances + excluded.instances, retries = retries + excluded.retries';
    const isEmpty = 'playbook = ? AND trigger_type = ? AND status = ? AND instances = 0';
    for (const { minute, playbook, triggerType, status, instances, retries } of cells) {
      const series = [playbook, triggerType, status] as const;
      const sql = this.#sqlite;
      sql.run(`INSERT INTO cell VALUES (?, ?, ?, ?, ?, ?, ?) ${add}`, ledger, minute, ...series, instances, retries);
      sql.run(`INSERT INTO gauge VALUES (?, ?, ?, ?, ?, ?) ${add}`, ledger, ...series, instances, retries);
      if (instances > 0) continue;
      sql.run(`DELETE FROM cell WHERE ledger = ? AND minute = ? AND ${isEmpty}`, ledger, minute, ...series);
      sql.run(`DELETE FROM gauge WHERE ledger = ? AND ${isEmpty}`, ledger, ...series);
    }
  }

  #writeSweep(ledger: number, { sweepAdd = [], sweepDone = [], sweepTried }: Batch): void {
    for (const { fromMs, toMs, status } of sweepAdd) {
      this.#sqlite.run(
        'INSERT INTO sweep (ledger, from_ms, to_ms, status) VALUES (?, ?, ?, ?)',
        ledger,
        fromMs,
        toMs,
        status,
      );
    }
    for (const key of sweepDone) this.#sqlite.run('DELETE FROM sweep WHERE key = ?', key);
    if (sweepTried !== undefined) {
      this.#sqlite.run('UPDATE sweep SET tried_ms = ? WHERE key = ?', sweepTried.triedMs, sweepTried.key);
    }
  }

  #writeDoubt(ledger: number, doubt: NonNullable<Batch['doubt']>): void {
    const set = 'UPDATE instance SET doubtful = 1 WHERE ledger = ? AND gone = 0 AND';
    if ('status' in doubt) this.#sqlite.run(`${set} (open = 1 OR status = ?)`, ledger, doubt.status);
    else this.#sqlite.run(`${set} start_time_ms >= ? AND start_time_ms < ?`, ledger, doubt.fromMs, doubt.toMs);
  }

  #show(ledger: number, { counter, playbook, triggerType, status, node }: CounterKey): void {
    this.#sqlite.run(
      `UPDATE counter SET shown = 1
       WHERE ledger = ? AND counter = ? AND playbook = ? AND trigger_type = ? AND status = ? AND node = ?`,
      ledger,
      counter,
      playbook,
      triggerType,
      status,
      node,
    );
  }

  async forget(ledger: number, nowMs: number, retentionMs: number, most: number): Promise<number> {
    const sql = this.#sqlite;
    let forgotten = 0;
    // Never by the clock alone: one wrong Date would empty the ledger.
    const [newest] = sql.all<{ atMs: number | null }>(
      "SELECT max(at_ms) AS atMs FROM mark WHERE ledger = ? AND status = ''",
      ledger,
    );
    const beforeMs = Math.min(nowMs, newest?.atMs ?? 0) - retentionMs;
    sql.transaction(() => {
      const old = sql.all<{ id: string }>(
        `SELECT id FROM instance INDEXED BY instance_ended
         WHERE ledger = ? AND open = 0 AND max(coalesce(end_time_ms, 0), coalesce(start_time_ms, 0)) < ? LIMIT ?`,
        ledger,
        beforeMs,
        most,
      );
      forgotten = old.length;
      for (const { id } of old) {
        for (const table of ['instance', 'failure']) {
          sql.run(`DELETE FROM ${table} WHERE ledger = ? AND id = ?`, ledger, id);
        }
      }
      if (forgotten > 0) {
        sql.run(
          'UPDATE ledger SET instances = instances - ?, forgotten_before_ms = max(forgotten_before_ms, ?) WHERE ledger = ?',
          forgotten,
          beforeMs,
          ledger,
        );
      }
      const silent = sql.all<{ playbook: string }>(
        `SELECT playbook FROM mark WHERE ledger = ? GROUP BY playbook HAVING max(at_ms) < ?
         EXCEPT SELECT playbook FROM instance INDEXED BY instance_open WHERE ledger = ? AND open = 1`,
        ledger,
        beforeMs,
        ledger,
      );
      for (const { playbook } of silent) {
        for (const table of ['counter', 'duration', 'mark']) {
          sql.run(`DELETE FROM ${table} WHERE ledger = ? AND playbook = ?`, ledger, playbook);
        }
      }
    });
    return forgotten;
  }

  async snapshot(ledger: number): Promise<Snapshot> {
    const all = async <Row>(sql: string) => {
      // A scrape waits for one query at the most.
      await new Promise(setImmediate);
      return this.#sqlite.all<Row>(sql, ledger);
    };
    const series = 'playbook, trigger_type AS triggerType, status';
    const ordered = 'WHERE ledger = ? ORDER BY playbook, trigger_type, status';
    const marks = await all<Mark>(`SELECT ${series}, at_ms AS atMs FROM mark ${ordered}`);
    const count = async (where: string) => (await all<{ n: number }>(`SELECT count(*) AS n FROM ${where}`))[0]?.n ?? 0;
    return {
      counters: byName(
        await all<CounterKey & { value: number }>(
          `SELECT counter, ${series}, node, iif(shown, value, 0) AS value FROM counter ${ordered}, node`,
        ),
      ),
      durations: bySeries(
        await all<DurationRow>(
          `SELECT ${series}, le, count, sum_seconds AS sumSeconds, exemplar_id AS instanceId, exemplar_seconds AS seconds,
                exemplar_end_time_ms AS endTimeMs
         FROM duration JOIN counter USING (ledger, playbook, trigger_type, status)
         WHERE ledger = ? AND counter = 'timed' AND shown = 1 ORDER BY playbook, trigger_type, status, le`,
        ),
      ),
      window: (
        await all<SeriesKey & { instances: number; retries: number }>(
          `SELECT ${series}, instances, retries FROM gauge ${ordered}`,
        )
      ).map(({ instances, retries, ...key }) => ({ labels: endLabels(key), instances, retries })),
      oldestOpen: (
        await all<{ playbook: string; status: string; startTimeMs: number }>(
          `SELECT playbook, status, min(start_time_ms) AS startTimeMs FROM instance INDEXED BY instance_open
         WHERE ledger = ? AND open = 1 AND start_time_ms IS NOT NULL GROUP BY playbook, status ORDER BY playbook, status`,
        )
      ).map(({ startTimeMs, ...labels }) => ({ labels: { ...labels }, startTimeMs })),
      lastStarts: marks
        .filter(({ status }) => status === '')
        .map((mark) => ({ labels: startLabels(mark), atMs: mark.atMs })),
      lastCompletions: marks
        .filter(({ status }) => status !== '')
        .map((mark) => ({ labels: endLabels(mark), atMs: mark.atMs })),
      playbooks: await all(
        `SELECT playbook_id AS playbookId, name, label FROM playbook
         WHERE ledger = ? AND ${isLive} AND label <> '${otherPlaybooks}' ORDER BY label`,
      ),
      limitedPlaybooks:
        (
          await all<{ n: number }>(
            `SELECT count(DISTINCT iif(playbook_id = '', playbook.name, playbook_id)) AS n FROM playbook JOIN ledger USING (ledger)
           WHERE ledger = ? AND seen_ms >= forgotten_before_ms AND (label = '${otherPlaybooks}' OR NOT ${isLive})`,
          )
        )[0]?.n ?? 0,
      openInstances: await count('instance INDEXED BY instance_open WHERE ledger = ? AND open = 1'),
      instances: (await all<{ instances: number }>('SELECT instances FROM ledger WHERE ledger = ?'))[0]?.instances ?? 0,
      windowComplete:
        (await count('sweep WHERE ledger = ?')) === 0 &&
        (await count('instance INDEXED BY instance_doubtful WHERE ledger = ? AND doubtful = 1')) === 0,
    };
  }

  async close(): Promise<void> {
    this.#sqlite.close();
  }
}

/** Whether a playbook's label has series. */
const isLive = `EXISTS (SELECT 1 FROM counter
  WHERE counter.ledger = playbook.ledger AND counter.counter = 'started' AND counter.playbook = playbook.label)`;

type DurationRow = SeriesKey & Omit<DurationBucket, 'exemplar'> & Exemplar;

const startLabels = ({ playbook, triggerType }: SeriesKey): Labels => ({ playbook, trigger_type: triggerType });
const endLabels = (key: SeriesKey): Labels => ({ ...startLabels(key), status: key.status });

const labelsOf: Readonly<Record<CounterName, (key: CounterKey) => Labels>> = {
  started: startLabels,
  completed: endLabels,
  retries: startLabels,
  timed: endLabels,
  failed_nodes: ({ playbook, node }) => ({ playbook, node }),
};

function byName(rows: readonly (CounterKey & { value: number })[]): Snapshot['counters'] {
  const counters: Record<CounterName, Counted[]> = {
    started: [],
    completed: [],
    retries: [],
    timed: [],
    failed_nodes: [],
  };
  for (const row of rows) counters[row.counter].push({ labels: labelsOf[row.counter](row), value: row.value });
  return counters;
}

/** The rows of one series stand together. */
function bySeries(rows: readonly DurationRow[]): Durations[] {
  const grouped: { labels: Labels; buckets: DurationBucket[] }[] = [];
  let last: DurationRow | undefined;
  for (const row of rows) {
    const { playbook, triggerType, status, le, count, sumSeconds, ...exemplar } = row;
    if (last?.playbook !== playbook || last.triggerType !== triggerType || last.status !== status)
      grouped.push({ labels: endLabels(row), buckets: [] });
    grouped.at(-1)?.buckets.push({ le, count, sumSeconds, exemplar });
    last = row;
  }
  return grouped;
}

interface EntryRow {
  id: string;
  playbook: string;
  trigger_type: string;
  status: string;
  start_time_ms: number | null;
  end_time_ms: number | null;
  retry_count: number;
  gone: number;
  doubtful: number;
  changed_in_tail: number;
  counted_started: number;
  counted_retries: number;
  counted_ends: string;
  counted_timed: string;
}

function toEntry(row: EntryRow): Entry {
  return {
    id: row.id,
    playbook: row.playbook,
    triggerType: row.trigger_type,
    status: row.status,
    startTimeMs: row.start_time_ms,
    endTimeMs: row.end_time_ms,
    retryCount: row.retry_count,
    changedInTail: row.changed_in_tail,
    gone: row.gone === 1,
    doubtful: row.doubtful === 1,
    counted: {
      started: row.counted_started,
      retries: row.counted_retries,
      ends: new Map(JSON.parse(row.counted_ends)),
      timed: new Map(JSON.parse(row.counted_timed)),
    },
  };
}
