import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statusOf } from '../../src/http/status.ts';
import { noFilters } from '../../src/secmaster/api/filters.ts';
import { parsePlaybooks, readPlaybooks } from '../../src/secmaster/api/playbook-list.ts';
import { type ErrorKind, SecMasterError } from '../../src/secmaster/http/errors.ts';
import { texts } from '../fuzz/texts.ts';
import { parseExposition } from '../support/metrics/exposition.ts';
import { parseStrictly } from '../support/metrics/strict-exposition.ts';
import { createSoc, type SimulatedSoc, type SocOptions } from '../support/world/simulated-soc.ts';

const isolate = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate host' };
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

interface Script {
  /** The rows of the list. */
  rows: unknown[];
  refusal: ErrorKind | null;
  /** Rows that a reading leaves out, and says so. */
  isCut: boolean;
  /** Nothing is answered until it is called. */
  hang: Promise<void> | null;
  asked: number;
}

const row = (id: string, name = id, enabled: unknown = true, more: object = {}) => ({ id, name, enabled, ...more });

/** SecMaster with this list of playbooks. */
function listing(rows: unknown[], options: SocOptions = {}) {
  const script: Script = { rows, refusal: null, isCut: false, hang: null, asked: 0 };
  const soc = createSoc({
    ...options,
    through: (secmaster) => ({
      ...secmaster,
      async listPlaybooks() {
        script.asked++;
        if (script.hang !== null) await script.hang;
        if (script.refusal !== null)
          throw new SecMasterError(script.refusal, 'list_playbooks', `403: ${script.refusal}`);
        const readPage = async (offset: number) => {
          const page = parsePlaybooks({ data: offset === 0 ? script.rows : [], total: script.rows.length });
          if (page === null) throw new SecMasterError('unexpected_body', 'list_playbooks', 'something else');
          return page;
        };
        const list = await readPlaybooks(readPage, { language: 'en', filters: options.filters ?? noFilters });
        return script.isCut ? { ...list, isComplete: false, problem: 'an empty page before the end' } : list;
      },
    }),
  });
  return { soc, script };
}

const valuesOf = async (soc: SimulatedSoc, family: string, label = 'playbook') =>
  Object.fromEntries(
    parseExposition(await soc.exposition())
      .filter(({ name }) => name === family)
      .map(({ labels, value }) => [labels[label], value]),
  );
const enabled = (soc: SimulatedSoc) => valuesOf(soc, 'secmaster_playbook_enabled');
const said = ({ logged }: SimulatedSoc) => logged.filter(({ msg }) => /playbooks/.test(msg)).map(({ msg }) => msg);
const begin = (soc: SimulatedSoc, playbook: { id: string; name: string }) =>
  soc.world.start(soc.now() - 5_000, { playbook });

async function pollAfter(soc: SimulatedSoc, ms: number): Promise<void> {
  soc.turn(ms);
  await soc.poll();
}

describe('secmaster_playbook_enabled', () => {
  test('is 1 or 0 for each playbook of the list, under the label of its runs, also for those that never ran', async () => {
    const { soc } = listing([
      row('other-isolate', 'Isolate host', false),
      row(isolate.id, isolate.name),
      row('odd', 'Odd', 'who knows'),
      row('never', 'Never ran', '1'),
    ]);
    begin(soc, isolate);
    await soc.poll();
    expect(await enabled(soc)).toEqual({ 'Isolate host': 1, 'Isolate host (other-is)': 0, 'Never ran': 1 });
    expect(await soc.exposition()).toContain('secmaster_playbook_enabled{workspace="soc",playbook="Never ran"} 1\n');
    // The label is the playbook's for good.
    begin(soc, { id: 'other-isolate', name: 'Isolate host' });
    await soc.poll();
    expect(Object.keys(await valuesOf(soc, 'secmaster_playbook_info'))).toEqual([
      'Isolate host',
      'Isolate host (other-is)',
    ]);
  });

  test('follows the list within five minutes: what is disabled, added and deleted', async () => {
    const { soc, script } = listing([row('a'), row('b')]);
    await soc.poll();
    script.rows = [row('b', 'b', false), row('c')];
    await pollAfter(soc, 4 * minuteMs);
    expect([await enabled(soc), script.asked]).toEqual([{ a: 1, b: 1 }, 1]);
    await pollAfter(soc, minuteMs);
    expect([await enabled(soc), script.asked]).toEqual([{ b: 0, c: 1 }, 2]);
  });

  test('is there at once after a restart', async () => {
    const { soc, script } = listing([row('a'), row('b', 'B', false)]);
    await soc.poll();
    script.refusal = 'network';
    soc.restart();
    await soc.workspace.refresh();
    expect(await enabled(soc)).toEqual({ a: 1, B: 0 });
  });

  test('moves with a rename before the next run, as gauges and info do', async () => {
    const { soc, script } = listing([row(isolate.id, isolate.name), row('n', 'Never ran')]);
    begin(soc, isolate);
    await soc.poll();
    script.rows = [row(isolate.id, 'Isolate'), row('n', 'Not yet run')];
    await pollAfter(soc, 5 * minuteMs);
    expect(await enabled(soc)).toEqual({ Isolate: 1, 'Not yet run': 1 });
    expect(await valuesOf(soc, 'secmaster_workflow_instances')).toEqual({ Isolate: 1 });
    expect(await valuesOf(soc, 'secmaster_playbook_info')).toEqual({ Isolate: 1 });
    expect(Object.keys(await valuesOf(soc, 'secmaster_workflow_instances_started_total'))).toEqual(['Isolate host']);
    // A row of the past with the name of then changes nothing.
    await pollAfter(soc, 20 * minuteMs);
    for (const id of soc.world.instances.keys()) soc.world.touch(id, soc.now());
    await soc.poll();
    expect([await enabled(soc), said(soc)]).toEqual([{ Isolate: 1, 'Not yet run': 1 }, []]);
  });

  test('stays under the name of the runs where the list has names in another language', async () => {
    const { soc, script } = listing([row(isolate.id, '隔离主机')]);
    begin(soc, isolate);
    await soc.poll();
    script.rows = [row(isolate.id, '隔离')];
    await pollAfter(soc, 5 * minuteMs);
    expect(await enabled(soc)).toEqual({ 'Isolate host': 1 });
  });

  test('has series only for what passes the filters', async () => {
    const filters = { ...noFilters, dataclassId: ['alerts'] };
    const { soc } = listing(
      [row('a', 'A', true, { dataclass_id: 'alerts' }), row('b'), row('c', 'C', 1, { dataclass_id: 'x' })],
      {
        filters,
      },
    );
    await soc.poll();
    expect(await enabled(soc)).toEqual({ A: 1 });
  });
});

describe('a process that begins where another one has stopped', () => {
  /** One that has read the list, and the next one so much later; in between SecMaster's time, and the machine's, is set. */
  async function follow(passedMs: number, setMs = 0) {
    const before = listing([row('a')]);
    await before.soc.poll();
    before.soc.turn(passedMs);
    before.soc.clock.set(before.soc.now() + setMs);
    const next = listing([row('b')], { after: before.soc });
    await next.soc.poll();
    return next;
  }

  test('reads the list when it is due, and shows the one in the ledger until then', async () => {
    const { soc, script } = await follow(3 * minuteMs);
    await pollAfter(soc, 2 * minuteMs - 1_000);
    expect([script.asked, await enabled(soc)]).toEqual([0, { a: 1 }]);
    await pollAfter(soc, 1_000);
    expect([script.asked, await enabled(soc)]).toEqual([1, { b: 1 }]);
    await pollAfter(soc, 4 * minuteMs);
    expect(script.asked).toBe(1);
    await pollAfter(soc, minuteMs);
    expect(script.asked).toBe(2);
  });

  test('reads it at once after a reload', async () => {
    const { soc, script } = await follow(minuteMs);
    soc.workspace.reconfigure(soc.settings, soc.secmaster);
    await soc.poll();
    expect([script.asked, await enabled(soc)]).toEqual([1, { b: 1 }]);
  });

  test.each<[string, passedMs: number, setMs: number, waitedMs: number]>([
    ['has been due', 7 * minuteMs, 0, 0],
    ['is from two minutes ahead', minuteMs, -3 * minuteMs, 5 * minuteMs],
    ['is from an hour ahead', minuteMs, -hourMs, 0],
    ['is from a year ahead', minuteMs, -365 * 24 * hourMs, 0],
    ['seems to be a day old', minuteMs, 24 * hourMs, 0],
  ])('one that %s is read within five minutes', async (_, passedMs, setMs, waitedMs) => {
    const { soc, script } = await follow(passedMs, setMs);
    if (waitedMs > 0) {
      await pollAfter(soc, waitedMs - 1_000);
      expect(script.asked).toBe(0);
      await pollAfter(soc, 1_000);
    }
    expect([script.asked, await enabled(soc)]).toEqual([1, { b: 1 }]);
  });

  test.each([-365, -1, 365])('time that is set by %i days later changes nothing', async (days) => {
    const { soc, script } = await follow(2 * minuteMs);
    soc.clock.set(soc.now() + days * 24 * hourMs);
    await pollAfter(soc, 3 * minuteMs - 1_000);
    expect(script.asked).toBe(0);
    await pollAfter(soc, 1_000);
    expect(script.asked).toBe(1);
  });

  test('asks by itself where the one before was refused', async () => {
    const { soc, script } = listing([row('a')]);
    script.refusal = 'forbidden';
    await soc.poll();
    soc.restart();
    script.refusal = null;
    await pollAfter(soc, minuteMs);
    expect([script.asked, await enabled(soc)]).toEqual([2, { a: 1 }]);
  });
});

describe('more playbooks than metrics.max_playbooks', () => {
  const many = ['a', 'b', 'c', 'd', 'e'].map((id) => row(id, id.toUpperCase(), id !== 'a'));
  const limited = (soc: SimulatedSoc) => valuesOf(soc, 'secmaster_exporter_label_values_limited', 'label');

  test('those that run have their series, those that never ran the places that are left, enabled ones first', async () => {
    const { soc } = listing(many, { settings: { maxPlaybooks: 3 } });
    begin(soc, { id: 'e', name: 'E' });
    await soc.poll();
    expect(await enabled(soc)).toEqual({ B: 1, C: 1, E: 1 });
    expect(await limited(soc)).toMatchObject({ playbook: 2 });
    // None of them takes a place from one that runs, from the same poll on.
    for (const id of ['x', 'y']) begin(soc, { id, name: id });
    await soc.poll();
    expect(await enabled(soc)).toEqual({ E: 1 });
    expect(await valuesOf(soc, 'secmaster_workflow_instances')).toEqual({ E: 1, x: 1, y: 1 });
    expect(await limited(soc)).toMatchObject({ playbook: 4 });
  });

  test('one that begins to run keeps its label, and one that comes too late shares other and has no series', async () => {
    const { soc } = listing(many, { settings: { maxPlaybooks: 2 } });
    await soc.poll();
    expect(await enabled(soc)).toEqual({ B: 1, C: 1 });
    for (const id of ['d', 'c', 'b']) {
      begin(soc, { id, name: id.toUpperCase() });
      await soc.poll();
    }
    expect(await enabled(soc)).toEqual({ C: 1, D: 1 });
    expect(await valuesOf(soc, 'secmaster_workflow_instances')).toEqual({ C: 1, D: 1, other: 1 });
    expect(await limited(soc)).toMatchObject({ playbook: 3 });
  });
});

describe('a list that can not be read', () => {
  test.each<ErrorKind>(['forbidden', 'not_found'])(
    '%s: one line with the permission, no failed poll, and a try an hour',
    async (kind) => {
      const { soc, script } = listing([row('a')]);
      script.refusal = kind;
      for (let i = 0; i < 4; i++) await pollAfter(soc, 20 * minuteMs);
      expect(script.asked).toBe(2);
      expect(said(soc)).toEqual([
        'playbooks cannot be listed without this permission; secmaster_playbook_enabled is missing',
      ]);
      expect(soc.logged.find(({ msg }) => /playbooks/.test(msg))).toMatchObject({
        permission: 'secmaster:playbook:list',
        reason: kind,
        error: `list_playbooks: 403: ${kind}`,
        retryInSeconds: 3_600,
      });
      const exposition = await soc.exposition();
      expect(exposition).toContain('secmaster_up{workspace="soc"} 1\n');
      expect(exposition).not.toMatch(/^secmaster_playbook_enabled{/m);
      script.refusal = null;
      await pollAfter(soc, hourMs);
      expect([await enabled(soc), said(soc).at(-1)]).toEqual([{ a: 1 }, 'playbooks can be listed again']);
    },
  );

  test('a reload tries again at once', async () => {
    const { soc, script } = listing([row('a')]);
    script.refusal = 'forbidden';
    await soc.poll();
    script.refusal = null;
    soc.workspace.reconfigure(soc.settings, soc.secmaster);
    await soc.poll();
    expect(await enabled(soc)).toEqual({ a: 1 });
  });

  test('other errors: one line for each, a try every five minutes, and what is known stays for six hours', async () => {
    const { soc, script } = listing([row('a')]);
    await soc.poll();
    script.refusal = 'server_error';
    for (let i = 0; i < 3; i++) await pollAfter(soc, 5 * minuteMs);
    script.refusal = 'network';
    await pollAfter(soc, 5 * minuteMs);
    expect([script.asked, said(soc)]).toEqual([5, Array(2).fill('playbooks could not be listed')]);
    await pollAfter(soc, 5 * hourMs + 39 * minuteMs);
    expect(await enabled(soc)).toEqual({ a: 1 });
    await pollAfter(soc, minuteMs);
    expect(await enabled(soc)).toEqual({});
    expect(await soc.exposition()).toContain('secmaster_up{workspace="soc"} 1\n');
  });

  test('an incomplete list takes nothing away for six hours, and says once that it is incomplete', async () => {
    const { soc, script } = listing([row('a'), row('b')]);
    await soc.poll();
    script.rows = [row('b', 'b', false)];
    script.isCut = true;
    await pollAfter(soc, 5 * minuteMs);
    await pollAfter(soc, 5 * hourMs);
    expect([await enabled(soc), said(soc)]).toEqual([{ a: 1, b: 0 }, ['unexpected list of playbooks']]);
    await pollAfter(soc, hourMs);
    expect(await enabled(soc)).toEqual({ b: 0 });
  });

  test('a slow one delays no poll by more than a second, and is shown with the poll after its answer', async () => {
    const { soc, script } = listing([row('a')]);
    const { promise, resolve } = Promise.withResolvers<void>();
    script.hang = promise;
    begin(soc, isolate);
    const beganMs = soc.now();
    await soc.poll();
    expect([soc.now() - beganMs, await valuesOf(soc, 'secmaster_workflow_instances')]).toEqual([
      1_000,
      { 'Isolate host': 1 },
    ]);
    await pollAfter(soc, 10 * minuteMs);
    expect([await enabled(soc), script.asked]).toEqual([{}, 1]);
    // Without time left nobody waits at all.
    const againMs = soc.now();
    await soc.poll(() => false);
    expect(soc.now()).toBe(againMs);
    resolve();
    await pollAfter(soc, 30_000);
    expect([await enabled(soc), said(soc)]).toEqual([{ a: 1 }, []]);
  });
});

describe('the status', () => {
  const parts = { version: '1', configuration: '', recentRuns: 50, consoleUrl: null, replicas: null };
  const statusIn = (soc: SimulatedSoc) => statusOf([soc.workspace.report()], parts).workspaces[0]?.playbooks;

  test('has each playbook with its last start, and says which has no run within the retention', async () => {
    const { soc } = listing([
      row(isolate.id, isolate.name, true, { dataclass_id: 'c-1', dataclass_name: 'Alert' }),
      row('n', 'Never ran'),
      row('d', 'Disabled', false),
    ]);
    expect(statusIn(soc)).toEqual([]);
    begin(soc, isolate);
    const start = new Date(soc.now() - 5_000).toISOString();
    await soc.poll();
    const quiet = {
      expected_start: null,
      failures_in_a_row: 0,
      failing_since: null,
      oldest_open_start: null,
      durations: null,
      hours: [],
    };
    expect(statusIn(soc)).toEqual([
      {
        playbook: 'Disabled',
        name: 'Disabled',
        id: 'd',
        enabled: false,
        dataclass: null,
        last_start: null,
        ...quiet,
        troubles: [],
      },
      {
        playbook: 'Isolate host',
        name: 'Isolate host',
        id: isolate.id,
        enabled: true,
        dataclass: { id: 'c-1', name: 'Alert' },
        last_start: start,
        ...quiet,
        oldest_open_start: start,
        troubles: [],
      },
      {
        playbook: 'Never ran',
        name: 'Never ran',
        id: 'n',
        enabled: true,
        dataclass: null,
        last_start: null,
        ...quiet,
        troubles: ['silent'],
      },
    ]);
  });

  test('one that shares other runs, though nobody knows when it last did', async () => {
    const { soc } = listing([row('a', 'A'), row('b', 'B')], { settings: { maxPlaybooks: 1 } });
    for (const id of ['a', 'b']) begin(soc, { id, name: id.toUpperCase() });
    await soc.poll();
    const shown = statusIn(soc)?.map(({ playbook, last_start: start, troubles }) => [
      playbook !== null,
      start !== null,
      troubles.includes('silent'),
    ]);
    expect(shown?.toSorted()).toEqual([
      [false, false, false],
      [true, true, false],
      // The other runs together.
      [true, true, false],
    ]);
  });
});

test('whatever the list shows, the exposition parses, and no two playbooks have one series', async () => {
  const odd = fc.oneof(
    texts,
    fc.constantFrom<unknown>('a', 'b', 'other', '(none)', '', null, undefined, 0, 1, true, false, {}, []),
  );
  const oddRow = fc.oneof(
    fc.record({ id: odd, name: odd, enabled: odd, dataclass_name: odd }, { requiredKeys: [] }),
    odd,
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(oddRow, { maxLength: 8 }), { minLength: 1, maxLength: 3 }), async (lists) => {
      const { soc, script } = listing([], { settings: { maxPlaybooks: 4 } });
      begin(soc, { id: 'a', name: 'b' });
      for (const rows of lists) {
        script.rows = rows;
        await pollAfter(soc, 5 * minuteMs);
        const exposition = await soc.exposition();
        parseStrictly(exposition, 'text');
        const series = parseExposition(exposition).filter(({ name }) => name === 'secmaster_playbook_enabled');
        expect(series.length).toBeLessThanOrEqual(4);
        expect(new Set(series.map(({ labels }) => labels.playbook)).size).toBe(series.length);
      }
      expect(await soc.exposition()).toContain('secmaster_up{workspace="soc"} 1\n');
    }),
    { numRuns: 30 },
  );
});
