import fc from 'fast-check';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { tables } from '../../../src/ledger/copy/tables.ts';
import { type Ledger, LedgerError, type LedgerReads } from '../../../src/ledger/store.ts';
import type { Details } from '../../../src/model/instance.ts';
import { inForm } from '../../support/form.ts';
import { foldRows, sweepPart } from '../../support/ledger/ledgers.ts';
import { newWorkspace, openLedgers, type PostgresLedgers } from '../../support/ledger/postgres-ledgers.ts';
import { usePostgres } from '../../support/postgres.ts';
import { everythingOf, instance, nowMs } from '../contract.ts';
import { deed, minuteMs, perform } from '../deeds.ts';
import { createMemoryStore } from '../memory-store.ts';

const server = usePostgres();
let url = '';
beforeAll(async () => {
  url = await server.createDatabase();
});

const createdMs = nowMs - 30 * minuteMs;
const fromMinute = nowMs / minuteMs - 60;

/** The same ledger in several exporters, opened when it was empty. */
async function openInEach<N extends number>(count: N) {
  const workspace = newWorkspace();
  const stores = Array.from({ length: count }, () => openLedgers(url));
  onTestFinished(async () => {
    for (const store of stores) await store.close();
  });
  const ledgers: Ledger[] = [];
  for (const [i, store] of stores.entries()) {
    const ledger = i === 0 ? await store.create(workspace, createdMs, fromMinute) : await store.open(workspace);
    if (ledger !== null) ledgers.push(ledger);
  }
  const [ledger, other = ledger] = ledgers as [Ledger, ...Ledger[]];
  return { workspace, stores: stores as [PostgresLedgers, ...PostgresLedgers[]], ledger, other };
}

const databaseOf = (address: string) => new URL(address).pathname.slice(1);

async function show(ledger: Ledger, ...rows: Parameters<typeof foldRows>[1]): Promise<void> {
  await ledger.commit({ kind: 'page', page: await foldRows(ledger, rows, nowMs) });
}

test('after any commits of two exporters in turns, PostgreSQL has the same contents as plain maps', async () => {
  const [first, second] = [openLedgers(url), openLedgers(url)];
  onTestFinished(() => first.close());
  onTestFinished(() => second.close());
  const turns = fc.array(fc.record({ deed, isOthers: fc.boolean(), isRead: fc.boolean() }), {
    maxLength: 25,
    size: 'max',
  });
  await fc.assert(
    fc.asyncProperty(turns, async (all) => {
      const workspace = newWorkspace();
      const maps = await createMemoryStore(new Map()).create(workspace, createdMs, fromMinute);
      const own = await first.create(workspace, createdMs, fromMinute);
      const others = (await second.open(workspace)) ?? own;
      for (const [i, { deed: one, isOthers, isRead }] of all.entries()) {
        const [by, beside] = isOthers ? [others, own] : [own, others];
        await by.catchUp();
        for (const ledger of [by, maps]) await perform(ledger, one, nowMs + i);
        if (isRead) expect(await beside.snapshot()).toEqual(await maps.snapshot());
      }
      const expected = await everythingOf(maps);
      const opened = (await first.open(workspace)) ?? own;
      for (const ledger of [own, others, opened]) {
        await ledger.catchUp();
        expect(await everythingOf(ledger)).toEqual(expected);
      }
    }),
    { seed: 2026, numRuns: inForm(15, 100) },
  );
}, 300_000);

test('texts that PostgreSQL cannot hold come back as they were', async () => {
  const store = openLedgers(url);
  onTestFinished(() => store.close());
  const text = fc.oneof(
    fc.constantFrom(
      '\0',
      'a\0b',
      '\ud800',
      '\udfff\ud800',
      '\\',
      '\\u0000',
      '\\\\0',
      '"',
      "'; DROP TABLE instance; --",
    ),
    fc.constantFrom('{NULL}', 'NULL', '{}', '', '\n', '🔥', '\u{10ffff}', '\uffff', '$1', '%', '__proto__', 'other'),
    fc.string({ unit: 'binary', maxLength: 200 }),
    // What no compression makes short enough for an index.
    fc.string({
      unit: fc.integer({ min: 0x4e00, max: 0x9fff }).map((code) => String.fromCharCode(code)),
      maxLength: 200,
    }),
  );
  const id = fc.oneof(text, fc.constantFrom('a', 'b')).filter((one) => one !== '');
  const details = fc.record({ name: text, dataobjectId: text, dataclass: fc.record({ id: text, name: text }) });
  const workflow = fc.record({ id: text, name: text, version: text, versionId: text });
  const row = fc
    .record({
      id,
      playbook: fc.record({ id: text, name: text.filter((one) => one !== '') }),
      triggerType: text,
      status: fc.oneof(fc.constantFrom('FAILED', 'FINISHED', 'RUNNING'), id),
      isEnded: fc.boolean(),
      details,
      workflow,
    })
    .map(({ id: own, isEnded, details: some, workflow: of, ...fields }) => {
      const told: Details = { ...some, defenseId: null, workflow: of };
      return instance(own, { ...fields, endTimeMs: isEnded ? nowMs + 7_000 : null, details: told });
    });
  const name = fc.record({ name: text, error: text, listed: text });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(row, { maxLength: 8 }), { maxLength: 3 }), name, async (pages, odd) => {
      const workspace = { ...newWorkspace(), workspaceId: `w${odd.name}` };
      const maps = await createMemoryStore(new Map()).create(workspace, createdMs, fromMinute);
      const ledger = await store.create(workspace, createdMs, fromMinute);
      for (const one of [ledger, maps]) {
        await one.commit({ kind: 'named', name: odd.name });
        for (const rows of pages) {
          const labels = ['workflow', 'workflow_version', 'dataclass'] as const;
          await one.commit({ kind: 'page', page: await foldRows(one, rows, nowMs, { labels }) });
        }
        const { name: node, error } = odd;
        for (const { id: failed, attempt } of one.state.unread.values())
          await one.commit({
            kind: 'nodes_read',
            id: failed,
            attempt,
            result: 'read',
            nodes: [{ name: node, error }],
            counters: [],
          });
        const { name: status, listed: triggerType } = odd;
        await one.commit({ kind: 'sweep_planned', sweep: [sweepPart({ status, triggerType })], recheck: { status } });
        const listed = [{ playbookId: node, name: odd.listed, isEnabled: true, dataclass: null, hasPlace: true }];
        await one.commit({ kind: 'playbooks_listed', listed, atMs: nowMs, playbooks: [] });
      }
      const ids = [...new Set(pages.flat().map((one) => one.id))];
      const expected = await everythingOf(maps, ids);
      expect(await everythingOf(ledger, ids)).toEqual(expected);
      const opened = await store.open(workspace);
      expect(await everythingOf(opened ?? ledger, ids)).toEqual(expected);
      await ledger.commit({
        kind: 'pruned',
        ids,
        playbooks: [...ledger.state.runs.values()].map(({ playbook = '' }) => playbook),
        forgotten: {
          playbooks: [...ledger.state.playbooks.values()],
          values: [...ledger.state.values.values()],
          versions: [...ledger.state.versions.values()],
          dataclasses: [...ledger.state.dataclasses.keys()],
        },
        beforeMs: nowMs,
      });
      await opened?.catchUp();
      expect([opened?.state.playbooks.size, opened?.state.values.size, opened?.state.versions.size]).toEqual([0, 0, 0]);
      expect((await opened?.known(ids))?.size).toBe(0);
    }),
    { seed: 2026, numRuns: inForm(60, 500) },
  );
}, 300_000);

describe('a ledger that another exporter has changed', () => {
  test('takes no commit that was worked out before, and goes on once it has caught up', async () => {
    const { ledger, other } = await openInEach(2);
    const page = await foldRows(other, [instance('a')], nowMs);
    await show(ledger, instance('a'));
    await expect(other.commit({ kind: 'page', page })).rejects.toThrow(/^the ledger has changed since/);
    await expect(other.commit({ kind: 'page', page })).rejects.toBeInstanceOf(LedgerError);
    expect(await everythingOf(ledger)).toMatchObject({ state: { instances: 1 }, begun: 1 });
    await other.catchUp();
    await show(other, instance('b'));
    await ledger.catchUp();
    expect(await everythingOf(ledger)).toEqual(await everythingOf(other));
    expect(ledger.state.instances).toBe(2);
  });

  test('takes one of two commits at the same time, and neither waits for ever', async () => {
    const { ledger, other } = await openInEach(2);
    for (let round = 0; round < 10; round++) {
      await ledger.catchUp();
      await other.catchUp();
      const rows = Array.from({ length: 50 }, (_, i) => instance(`i${i}`, { triggerType: `T ${round} ${i}` }));
      const results = await Promise.allSettled([show(ledger, ...rows), show(other, ...rows.toReversed())]);
      expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      const [refused] = results.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
      expect((refused as LedgerError).message).toMatch(/^the ledger has changed since/);
    }
    await other.catchUp();
    await ledger.catchUp();
    expect(await everythingOf(ledger)).toEqual(await everythingOf(other));
  });

  test('tells which label sets were touched, and no others', async () => {
    const { ledger, other } = await openInEach(2);
    await show(ledger, instance('a'), instance('b', { triggerType: 'TIMER' }));
    await other.catchUp();
    const before = new Map(other.touched);
    expect(before.size).toBe(2);
    await show(ledger, instance('a', { retryCount: 1 }));
    await other.catchUp();
    const grown = [...other.touched].filter(([set, n]) => n > (before.get(set) ?? 0)).map(([set]) => JSON.parse(set));
    expect(grown).toEqual([expect.objectContaining({ trigger_type: 'EVENT' })]);
    await ledger.commit({ kind: 'poll_succeeded', atMs: nowMs });
    const now = new Map(other.touched);
    await other.catchUp();
    expect(other.touched).toEqual(now);
  });

  test('shows runs with labels that are new to this exporter before it has caught up', async () => {
    const { ledger, other } = await openInEach(2);
    const old = { startTimeMs: nowMs - 3_600_000 };
    await show(ledger, instance('a', old), instance('b', { ...old, status: 'FAILED', endTimeMs: nowMs }));
    expect((await other.known(['a'])).get('a')?.labels.trigger_type).toBe('EVENT');
    expect((await other.stuckOrRetrying(nowMs, 9)).map(({ instanceId }) => instanceId)).toEqual(['a']);
    expect((await other.latestFailures(9)).map(({ instanceId }) => instanceId)).toEqual(['b']);
    expect(other.state.instances).toBe(0);
  });

  test('is read once where nothing has changed, and only in what has', async () => {
    const { ledger, other, stores } = await openInEach(2);
    const statements = (stores[1] as PostgresLedgers).statements;
    const caughtUp = async () => {
      const before = statements.length;
      await other.catchUp();
      return statements.slice(before).map((text) => /FROM (\w+)/.exec(text)?.[1] ?? text);
    };
    expect(await caughtUp()).toEqual(['BEGIN READ ONLY', 'ledger', 'END']);
    await ledger.commit({ kind: 'poll_succeeded', atMs: nowMs });
    expect(await caughtUp()).toEqual(['BEGIN READ ONLY', 'ledger', 'label_set', 'END']);
    await ledger.commit({ kind: 'sweep_planned', sweep: [sweepPart({ fromMs: 1, toMs: 2 })], recheck: null });
    expect(await caughtUp()).toEqual(['BEGIN READ ONLY', 'ledger', 'label_set', 'sweep', 'END']);
  });
});

describe('what is read together', () => {
  /** Ends the session of whoever reads right now. */
  const cut = () =>
    server.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = '${databaseOf(url)}' AND state = 'idle in transaction'`,
    );

  test('takes over first what another exporter has committed, and nothing afterwards', async () => {
    const { ledger, other } = await openInEach(2);
    await show(ledger, instance('a'));
    const seen = await other.together(async (reads) => {
      const before = await everythingOf(reads);
      await show(ledger, instance('b', { triggerType: 'TIMER' }));
      return [before, await everythingOf(reads), reads.state.instances];
    });
    expect(seen).toEqual([seen[0], seen[0], 1]);
    expect(other.state.instances).toBe(1);
    expect(await other.together(everythingOf)).toEqual(await everythingOf(ledger));
  });

  test('keeps no commit of the same exporter waiting', async () => {
    const { ledger } = await openInEach(1);
    await ledger.together(async (reads) => {
      await show(ledger, instance('a'));
      expect([reads.state.instances, await reads.openCount(), ledger.state.instances]).toEqual([0, 0, 1]);
    });
    expect(await ledger.openCount()).toBe(1);
  });

  test.each<[string, (reads: LedgerReads) => Promise<unknown>]>([
    ['in the middle', (reads) => cut().then(() => reads.openCount())],
    ['at the end', cut],
  ])('fails with one clear error where the connection breaks %s, and the ledger goes on', async (_, work) => {
    const { ledger } = await openInEach(1);
    await show(ledger, instance('a'));
    const before = await everythingOf(ledger);
    const reading = ledger.together(async (reads) => {
      await reads.openCount();
      return await work(reads);
    });
    const error = await reading.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(LedgerError);
    expect((error as LedgerError).message).toMatch(/^the ledger in .*(ended the connection|connection broke)/);
    expect((error as LedgerError).message).not.toContain('the last change');
    expect(await everythingOf(ledger)).toEqual(before);
    await show(ledger, instance('b'));
    expect(ledger.state.instances).toBe(2);
  });
});

describe('a commit of which nobody knows whether it was made', () => {
  const broken = new LedgerError('the connection broke');

  test.each<[string, string, number]>([
    ['was made counts once, and what was touched is known', 'COMMITTED', 1],
    ['was not made counts once, and what was touched is known', 'COMMIT', 0],
  ])('and that %s', async (_, at, made) => {
    const { ledger, stores } = await openInEach(1);
    const page = await foldRows(ledger, [instance('a')], nowMs);
    stores[0].before = (text) => {
      if (text === at) throw broken;
    };
    await expect(ledger.commit({ kind: 'page', page })).rejects.toBe(broken);
    stores[0].before = () => {};
    const again = await ledger.commit({ kind: 'page', page }).then(
      () => 'taken',
      () => 'refused',
    );
    expect(again).toBe(made === 1 ? 'refused' : 'taken');
    await ledger.catchUp();
    expect(ledger.state.instances).toBe(1);
    expect([...ledger.touched.keys()]).toHaveLength(1);
    await ledger.commit({ kind: 'exposed', series: await ledger.pending() });
    expect((await ledger.snapshot()).counters.started.map(({ value }) => value)).toEqual([1]);
  });
});

describe('a label set', () => {
  test('that was removed and comes again is another one for each exporter', async () => {
    const { workspace, ledger, other } = await openInEach(2);
    await show(ledger, instance('a', { status: 'FINISHED', endTimeMs: nowMs + 5_000 }));
    await other.catchUp();
    const [playbook = ''] = [...ledger.state.runs.values()].map((labels) => labels.playbook ?? '');
    const window = { kind: 'window_moved', fromMinute: fromMinute + 300, sweep: [] } as const;
    await ledger.commit(window);
    await ledger.commit({ kind: 'pruned', ids: ['a'], playbooks: [playbook], beforeMs: nowMs + 6_000 });
    const rows = await server.sql<{ n: number }>(
      `SELECT count(*)::int AS n FROM label_set JOIN ledger USING (ledger) WHERE project_id = '${workspace.projectId}'`,
      databaseOf(url),
    );
    expect(rows).toEqual([{ n: 0 }]);
    await other.catchUp();
    await show(other, instance('b', { startTimeMs: nowMs + 20 * 3_600_000 }));
    await ledger.catchUp();
    await show(ledger, instance('c', { startTimeMs: nowMs + 20 * 3_600_000 }));
    await other.catchUp();
    expect(await everythingOf(ledger)).toEqual(await everythingOf(other));
    expect((await ledger.known(['c'])).get('c')?.labels.playbook).toBe(playbook);
  });
});

/** Takes a database back to what it is now, as a failover to a standby that lacks the last commits does. */
async function keep(): Promise<() => Promise<void>> {
  const each = (sql: (table: string) => string) =>
    server.sql(tables.map(({ name }) => sql(name)).join(';'), databaseOf(url));
  await server.sql('DROP SCHEMA IF EXISTS kept CASCADE; CREATE SCHEMA kept', databaseOf(url));
  await each((name) => `CREATE TABLE kept.${name} AS SELECT * FROM ${name}`);
  return async () => {
    await each((name) => `DELETE FROM ${name}; INSERT INTO ${name} SELECT * FROM kept.${name}`);
  };
}

describe('once a failover has lost a commit', () => {
  test.each([1, 2, 30])(
    'an exporter that has read it takes over what came instead, after %i commits',
    async (count) => {
      const { workspace, stores, ledger, other } = await openInEach(3);
      await show(ledger, instance('a'));
      const failOver = await keep();
      await show(ledger, instance('b', { triggerType: 'TIMER' }), instance('a', { retryCount: 1 }));
      await other.catchUp();
      const before = new Map(other.touched);
      await failOver();
      await ledger.catchUp();
      for (let i = 0; i < count; i++) await show(ledger, instance(`c${i}`, { triggerType: `T${i}` }));
      await other.catchUp();
      const opened = (await stores[2]?.open(workspace)) ?? other;
      expect(await everythingOf(other)).toEqual(await everythingOf(opened));
      expect(await everythingOf(ledger)).toEqual(await everythingOf(opened));
      for (const set of other.state.runs.keys()) expect(other.touched.get(set)).toBeGreaterThan(before.get(set) ?? 0);
    },
  );

  test('an exporter that still builds upon it writes nothing', async () => {
    const { ledger, other } = await openInEach(2);
    await show(ledger, instance('a'));
    const failOver = await keep();
    await show(ledger, instance('b', { triggerType: 'TIMER' }));
    await other.catchUp();
    const page = await foldRows(other, [instance('d', { triggerType: 'TIMER' })], nowMs);
    await failOver();
    await ledger.catchUp();
    await show(ledger, instance('c', { triggerType: 'CRON' }));
    await expect(other.commit({ kind: 'page', page })).rejects.toThrow(/^the ledger has changed since/);
  });

  test('an exporter does not take the ledger of another workspace for its own, if that has its number now', async () => {
    const { workspace, ledger } = await openInEach(1);
    await show(ledger, instance('a'));
    await server.sql(
      `UPDATE ledger SET project_id = '${newWorkspace().projectId}' WHERE project_id = '${workspace.projectId}'`,
      databaseOf(url),
    );
    await expect(ledger.catchUp()).rejects.toThrow(/^the ledger has disappeared/);
    await expect(ledger.snapshot()).rejects.toThrow(/^the ledger has disappeared/);
  });
});

test('a database that was restored from a backup is read anew', async () => {
  const { workspace, ledger } = await openInEach(1);
  await show(ledger, instance('a'));
  await show(ledger, instance('b', { triggerType: 'TIMER' }));
  const its = `(SELECT ledger FROM ledger WHERE project_id = '${workspace.projectId}')`;
  await server.sql(
    `UPDATE ledger SET commit = 1, instances = 1 WHERE ledger = ${its};
     DELETE FROM instance WHERE ledger = ${its} AND id = 'b'; DELETE FROM counter WHERE ledger = ${its} AND label_set IN
       (SELECT label_set FROM label_set WHERE ledger = ${its} AND labels LIKE '%TIMER%')`,
    databaseOf(url),
  );
  const before = new Map(ledger.touched);
  await ledger.catchUp();
  expect([ledger.state.instances, ledger.state.runs.size]).toEqual([1, 1]);
  for (const [set, n] of ledger.touched) expect(n).toBeGreaterThan(before.get(set) ?? 0);
});
