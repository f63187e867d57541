import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Look, Replicas, Task, Told } from '../replicas.ts';
import { LedgerError } from '../store.ts';
import { createTurns } from '../turns.ts';
import type { Database } from './database.ts';
import type { Fence } from './ledger.ts';
import { type Schema, SchemaTooNew, withVersion } from './migrate.ts';
import { fromText, toText } from './sql.ts';

export interface PostgresReplicas extends Replicas {
  fenceOf(task: string): Fence;
}

export interface ReplicasParts {
  /** For leases alone, so that no change of a ledger keeps a renewal waiting. */
  readonly db: Database;
  /** The same without a guard: what is given back is given back whatever the tables have become. */
  readonly unguarded: Database;
  /** For what is told. */
  readonly ledgers: Database;
  readonly schema: Pick<Schema, 'expectVersion'>;
  readonly leaseMs: number;
  readonly elapsedMs: () => number;
}

/** After so long all tasks are read once more, in case a backup was restored meanwhile. */
const wholeMs = 60_000;
/** A scrape is told again once it is later than the last one by this. */
const sameScrapeMs = 100;

/**
 * A replica lives until its row expires; a task belongs to its holder as long as that one lives. So one row renews all leases, and its
 * removal gives all of them back.
 */
export function createPostgresReplicas({
  db,
  unguarded,
  ledgers,
  schema,
  leaseMs,
  elapsedMs,
}: ReplicasParts): PostgresReplicas {
  const name = `${hostname()}-${randomBytes(3).toString('hex')}`;
  /** Epochs by task. */
  const held = new Map<string, number>();
  /** As of the last look. */
  const tasks = new Map<string, TaskRow>();
  let horizon = 0;
  let readWholeMs = Number.NEGATIVE_INFINITY;
  /** Tasks that have got their rows since. */
  const made = new Set<string>();
  let renewedMs = Number.NEGATIVE_INFINITY;
  /** By this process's own clock, from before the renewal was sent. */
  let livesUntilMs = Number.NEGATIVE_INFINITY;
  let scrapedMs: number | null = null;
  const turns = createTurns();

  const hasLapsed = () => elapsedMs() >= livesUntilMs;

  /** One after the other: what a look concludes from a task must not have been changed by a `take` meanwhile. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    return turns(() =>
      work().catch(async (error) => {
        // It may be another server that answers next.
        horizon = 0;
        if (error instanceof SchemaTooNew) await standDown().catch(() => {});
        throw error;
      }),
    );
  }

  /** Newer replicas take over at once. */
  async function standDown(): Promise<void> {
    if (livesUntilMs === Number.NEGATIVE_INFINITY) return;
    held.clear();
    await unguarded.rows('DELETE FROM replica WHERE name = $1', name);
    livesUntilMs = Number.NEGATIVE_INFINITY;
    renewedMs = Number.NEGATIVE_INFINITY;
  }

  /** Renewed from the moment before it was sent. Leases that lapsed before may be somebody else's: a look at the tasks tells. */
  function renewed(sentMs: number): void {
    renewedMs = sentMs;
    if (!hasLapsed() || held.size === 0) livesUntilMs = sentMs + leaseMs;
  }

  async function renew(scrapedAgoMs: number | null): Promise<number> {
    const sentMs = elapsedMs();
    await db.rows(
      `WITH long_dead AS (DELETE FROM replica WHERE expires_at < now() - interval '1 day' AND name <> $1)
      INSERT INTO replica (name, expires_at, scraped_at)
      VALUES ($1, now() + $2 * interval '1 millisecond', now() - $3 * interval '1 millisecond')
      ON CONFLICT (name) DO UPDATE SET expires_at = excluded.expires_at, scraped_at = coalesce(excluded.scraped_at, replica.scraped_at)`,
      name,
      leaseMs,
      scrapedAgoMs,
    );
    renewed(sentMs);
    if (scrapedAgoMs !== null) scrapedMs = sentMs - scrapedAgoMs;
    return sentMs;
  }

  async function look(scrapedAgoMs: number | null): Promise<Look> {
    const isDue = elapsedMs() - renewedMs >= leaseMs / 3;
    const isScraped =
      scrapedAgoMs !== null && elapsedMs() - scrapedAgoMs > (scrapedMs ?? Number.NEGATIVE_INFINITY) + sameScrapeMs;
    const sentMs = isDue || isScraped || hasLapsed() ? await renew(scrapedAgoMs) : null;
    const replicas = await readTasks();
    const stray: string[] = [];
    for (const [task, { holder, epoch }] of tasks) {
      const isMine = holder === name;
      // Taken by a call whose answer was lost, or given back by one that did not arrive.
      if (isMine && held.get(task) !== epoch) stray.push(task);
      if (!isMine || held.get(task) !== epoch) held.delete(task);
    }
    for (const task of [...held.keys()]) if (!tasks.has(task)) held.delete(task);
    if (sentMs !== null) livesUntilMs = sentMs + leaseMs;
    if (stray.length > 0) await giveBack(stray);

    const living = new Set(replicas.map(([one]) => one));
    const strays = new Set(stray);
    return {
      replicas: replicas.map(([one, ago]) => ({ name: one, scrapedAgoMs: ago === null ? null : Math.max(0, ago) })),
      tasks: new Map(
        [...tasks].map(([task, { holder, version }]): [string, Task] => [
          task,
          { holder: holder !== null && living.has(holder) && !strays.has(task) ? holder : null, version },
        ]),
      ),
    };
  }

  /** Brings `tasks` up to date. */
  async function readTasks(): Promise<Seen['replicas']> {
    const isWhole = horizon === 0 || elapsedMs() - readWholeMs >= wholeMs;
    const sentMs = elapsedMs();
    const since = isWhole ? 0 : horizon;
    const [seen] = await db.rows<Seen>(readChanged, since);
    if (seen === undefined) throw new LedgerError('the ledger in PostgreSQL does not answer as it should');
    schema.expectVersion(seen.schema);
    horizon = seen.horizon;
    if (horizon < since) {
      // Another server, restored from a backup, counts its transactions anew.
      horizon = 0;
      return readTasks();
    }
    if (isWhole) {
      tasks.clear();
      made.clear();
      readWholeMs = sentMs;
    }
    for (const [key, holder, epoch, version] of seen.tasks) tasks.set(fromText(key), { holder, epoch, version });
    return seen.replicas;
  }

  async function giveBack(these: readonly string[]): Promise<void> {
    await unguarded.rows(
      'UPDATE task SET holder = NULL, changed_by = txid_current() WHERE holder = $1 AND task = ANY ($2)',
      name,
      these.map(toText),
    );
  }

  /** By itself, so that no transaction makes others wait for a new row. */
  async function makeKnown(wanted: readonly string[]): Promise<void> {
    const fresh = wanted.filter((task) => !tasks.has(task) && !made.has(task));
    if (fresh.length === 0) return;
    await db.rows(
      `${withVersion}, others AS (INSERT INTO told (task) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING)
      INSERT INTO task (task) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING`,
      // In one order for all, since those who add the same in different orders wait for each other.
      fresh.map(toText).toSorted(),
    );
    for (const task of fresh) made.add(task);
  }

  async function take(these: readonly string[], max: number): Promise<readonly string[]> {
    if (hasLapsed() && held.size > 0) await look(null);
    const wanted = these.filter((task) => !held.has(task));
    if (wanted.length === 0 || max <= 0) return [];
    await makeKnown(wanted);
    const sentMs = elapsedMs();
    const taken = await db.rows<{ task: string; epoch: number; schema: number }>(
      takeFree,
      name,
      leaseMs,
      wanted.map(toText),
      Math.min(max, wanted.length),
    );
    renewed(sentMs);
    for (const { task, epoch, schema: version } of taken) {
      schema.expectVersion(version);
      held.set(fromText(task), epoch);
    }
    return wanted.filter((task) => held.has(task));
  }

  function lost(task: string): LedgerError {
    return new LedgerError(`another replica has the lease of ${task} now, and goes on`, { isLost: true });
  }

  return {
    name,
    leaseMs,
    look: ({ scrapedAgoMs }) => inTurn(() => look(scrapedAgoMs)),
    take: (these, max) => inTurn(() => take(these, max)),
    release: (these) =>
      inTurn(async () => {
        for (const task of these) held.delete(task);
        if (these.length > 0) await giveBack(these);
      }),
    holds: (task) => held.has(task) && !hasLapsed(),
    async tell(task, change) {
      await makeKnown([task]);
      return ledgers.transaction(async (queries) => {
        const [row] = await queries.rows<{ told: string | null; holder: string | null }>(
          'SELECT told, holder FROM told JOIN task USING (task) WHERE task = $1 FOR UPDATE OF told',
          toText(task),
        );
        const text = JSON.stringify(change(parsed(row?.told ?? null), row?.holder ?? null) ?? null);
        await queries.rows(
          `WITH it AS (UPDATE told SET told = $2, told_at = clock_timestamp() WHERE task = $1)
          UPDATE task SET version = version + 1, changed_by = txid_current() WHERE task = $1`,
          toText(task),
          text,
        );
        return parsed(text);
      });
    },
    async told(these) {
      const rows = await ledgers.rows<{ task: string; told: string; ago_ms: number }>(
        `SELECT task, told, greatest(0, extract(epoch FROM now() - told_at) * 1000)::double precision AS ago_ms
        FROM told WHERE task = ANY ($1) AND told IS NOT NULL`,
        these.map(toText),
      );
      return new Map(
        rows.map(({ task, told, ago_ms }): [string, Told] => [fromText(task), { value: parsed(told), agoMs: ago_ms }]),
      );
    },
    leave: () =>
      inTurn(async () => {
        held.clear();
        livesUntilMs = Number.NEGATIVE_INFINITY;
        renewedMs = Number.NEGATIVE_INFINITY;
        await unguarded.rows('DELETE FROM replica WHERE name = $1', name);
      }),
    fenceOf: (task) => ({
      async check(queries) {
        const epoch = held.get(task);
        if (epoch === undefined) throw lost(task);
        const [row] = await queries.rows<{ version: number }>(
          `UPDATE task SET version = version + 1, changed_by = txid_current()
          WHERE task = $1 AND holder = $2 AND epoch = $3 RETURNING version`,
          toText(task),
          name,
          epoch,
        );
        if (row === undefined) {
          if (held.get(task) === epoch) held.delete(task);
          throw lost(task);
        }
        return row.version;
      },
    }),
  };
}

interface TaskRow {
  readonly holder: string | null;
  readonly epoch: number;
  readonly version: number;
}

interface Seen {
  readonly schema: number;
  readonly horizon: number;
  readonly replicas: readonly (readonly [name: string, scrapedAgoMs: number | null])[];
  readonly tasks: readonly (readonly [task: string, holder: string | null, epoch: number, version: number])[];
}

/**
 * What transactions have changed that were under way at the look before, or came later: at that time `horizon` was the oldest one under way.
 * Of an earlier one everything was seen.
 */
const readChanged = `
  ${withVersion}
  SELECT tables.version AS schema, txid_snapshot_xmin(txid_current_snapshot()) AS horizon,
    (SELECT coalesce(json_agg(json_build_array(name, extract(epoch FROM now() - scraped_at) * 1000) ORDER BY name), '[]')
      FROM replica WHERE expires_at > now()) AS replicas,
    (SELECT coalesce(json_agg(json_build_array(task, holder, epoch, version)), '[]') FROM task WHERE changed_by >= $1) AS tasks
  FROM tables`;

/** One that somebody takes at the same moment has another epoch once its row can be locked. */
const takeFree = `
  ${withVersion}, me AS (
    INSERT INTO replica (name, expires_at) VALUES ($1, now() + $2 * interval '1 millisecond')
    ON CONFLICT (name) DO UPDATE SET expires_at = excluded.expires_at
  ), free AS MATERIALIZED (
    SELECT task, epoch, place FROM unnest($3::text[]) WITH ORDINALITY AS wanted (task, place) JOIN task USING (task)
    WHERE holder IS NULL OR holder = $1 OR holder NOT IN (SELECT name FROM replica WHERE expires_at > now())
  ), mine AS MATERIALIZED (
    SELECT task.task FROM free JOIN task ON task.task = free.task AND task.epoch = free.epoch
    ORDER BY place LIMIT $4 FOR UPDATE OF task SKIP LOCKED
  )
  UPDATE task SET holder = $1, epoch = task.epoch + 1, changed_by = txid_current() FROM mine WHERE task.task = mine.task
  RETURNING task.task, task.epoch, (SELECT version FROM tables) AS schema`;

function parsed(json: string | null): unknown {
  return json === null ? null : JSON.parse(json);
}
