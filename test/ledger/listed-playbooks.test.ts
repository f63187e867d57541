import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { currentLabels } from '../../src/ledger/current-names.ts';
import { listedChange, listedSeries, replacedChange } from '../../src/ledger/listed-playbooks.ts';
import { playbookKey } from '../../src/ledger/met-playbook.ts';
import { advance, type LedgerState } from '../../src/ledger/state.ts';
import { LedgerError } from '../../src/ledger/store.ts';
import { readListed } from '../../src/ledger/stored-json.ts';
import type { ListedPlaybook } from '../../src/model/listed-playbook.ts';
import { inForm } from '../support/form.ts';

const nowMs = Date.parse('2026-07-18T12:00:00Z');

/** A ledger in which these playbooks, by id, run under these names. */
function stateOf(running: Readonly<Record<string, string>>): LedgerState {
  const playbooks = Object.entries(running).map(([playbookId, name]) => ({
    playbookId,
    name,
    label: name,
    seenMs: nowMs,
    begunMs: nowMs,
    metMs: nowMs,
  }));
  return {
    name: null,
    createdAtMs: nowMs,
    generation: 1,
    lastTailMs: null,
    lastSuccessMs: null,
    unseenBeforeMs: null,
    historyFromMs: null,
    fromMinute: 0,
    prunedBeforeMs: 0,
    profile: {},
    listed: [],
    listedMs: null,
    instances: 0,
    playbooks: new Map(playbooks.map((one) => [playbookKey(one.playbookId, one.name), one])),
    values: new Map(),
    runs: new Map(playbooks.map(({ label }) => [label, { playbook: label, trigger_type: 'EVENT' }])),
    versions: new Map(),
    dataclasses: new Map(),
    unread: new Map(),
    topologiesRead: 0,
    topologiesSkipped: 0,
    topologiesFailed: 0,
  };
}

const listed = (playbookId: string, name = playbookId, isEnabled: boolean | null = true): ListedPlaybook => ({
  playbookId,
  name,
  isEnabled,
  dataclass: null,
});

const read = (state: LedgerState, all: readonly ListedPlaybook[], maxPlaybooks = 200, isMerged = false) =>
  advance(state, listedChange(state, all, { nowMs, maxPlaybooks, isMerged }));
const labels = (state: LedgerState) => (listedSeries(state, []) ?? []).flatMap(({ label }) => label ?? []);

describe('the list of playbooks', () => {
  test('the same list again changes nothing but its time', () => {
    const once = read(stateOf({ a: 'A' }), [listed('a', 'A'), listed('b')]);
    const again = read(once, [listed('b'), listed('a', 'A')]);
    expect([again.listed === once.listed, again.playbooks === once.playbooks]).toEqual([true, true]);
  });

  test('a disabled playbook gives its place to an enabled one, and keeps its label', () => {
    const first = read(stateOf({}), [listed('a'), listed('b')], 1);
    expect(labels(first)).toEqual(['a']);
    const disabled = read(first, [listed('a', 'a', false), listed('b')], 1);
    expect(labels(disabled)).toEqual(['b']);
    expect(labels(read(disabled, [listed('a', 'a'), listed('b', 'b', false)], 1))).toEqual(['a']);
  });

  test('a playbook called other or (none) gets its id appended', () => {
    expect(labels(read(stateOf({}), [listed('id-1', 'other'), listed('id-2', '(none)')]))).toEqual([
      '(none) (id-2)',
      'other (id-1)',
    ]);
  });

  test('a rename back gives the first label again', () => {
    let state = read(stateOf({ a: 'A' }), [listed('a', 'A')]);
    for (const name of ['B', 'A', 'B', 'C', 'A']) {
      state = read(state, [listed('a', name)]);
      expect(labels(state)).toEqual([name]);
    }
    expect(state.playbooks.size).toBe(3);
  });

  test('an incomplete list that is merged keeps what it leaves out', () => {
    const state = read(stateOf({}), [listed('a'), listed('b')]);
    expect(labels(read(state, [listed('c')], 200, true))).toEqual(['a', 'b', 'c']);
    expect(labels(read(state, [listed('c')]))).toEqual(['c']);
  });
});

test('whatever is listed and runs, nothing takes a place from what runs, and labels are unique and given for good', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g');
  const name = fc.constantFrom('A', 'B', 'C', 'other', '(none)', '');
  const list = fc.uniqueArray(
    fc
      .record({ id, name, isEnabled: fc.option(fc.boolean()) })
      .map((one) => listed(one.id, one.name || one.id, one.isEnabled)),
    { selector: ({ playbookId }) => playbookId },
  );
  const running = fc.constantFrom({}, { a: 'A' }, { a: 'A', b: 'B' }, { a: 'A', b: 'B', h: 'H' });
  const max = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(running, fc.array(fc.tuple(list, max, fc.boolean()), { minLength: 1 }), (runs, lists) => {
      let state = stateOf(runs);
      const given = new Map<string, string>();
      for (const [all, maxPlaybooks, isMerged] of lists) {
        state = read(state, all, maxPlaybooks, isMerged);
        const series = listedSeries(state, []) ?? [];
        const shown = series.flatMap(({ label }) => label ?? []);
        expect(new Set(shown).size).toBe(shown.length);
        for (const one of series) if (one.playbookId in runs) expect(one.label).not.toBeNull();
        const waiting = series.filter(({ label, playbookId }) => label !== null && !(playbookId in runs));
        expect(waiting.length).toBeLessThanOrEqual(Math.max(0, maxPlaybooks - Object.keys(runs).length));
        for (const [key, { label }] of state.playbooks) {
          expect(given.get(key) ?? label).toBe(label);
          given.set(key, label);
        }
        expect(replacedChange(state, { nowMs, maxPlaybooks })).toBeNull();
        expect(readListed(JSON.stringify(state.listed))).toEqual(state.listed);
      }
    }),
    { numRuns: inForm(100, 2_000) },
  );
});

test.each([
  'x',
  '{}',
  '[null]',
  '[{"playbookId":"a"}]',
  '[{"playbookId":1,"name":"a","isEnabled":true,"dataclass":null,"hasPlace":true}]',
  '[{"playbookId":"a","name":"a","isEnabled":"yes","dataclass":null,"hasPlace":true}]',
  '[{"playbookId":"a","name":"a","isEnabled":true,"dataclass":null}]',
])('a ledger that holds %s as its list is damaged', (text) => {
  expect(() => readListed(text)).toThrow(LedgerError);
});

describe('a listed playbook with an excluded name', () => {
  const limits = { nowMs, maxPlaybooks: 1, isMerged: false, isExcluded: (name: string) => name.startsWith('Test') };
  const readWithout = (state: LedgerState, all: readonly ListedPlaybook[]) =>
    advance(state, listedChange(state, all, limits));

  test('is left out, and takes no place', () => {
    const state = readWithout(stateOf({}), [listed('a', 'Test A'), listed('b', 'B')]);
    expect(listedSeries(state, [])?.map(({ name, label }) => [name, label])).toEqual([['B', 'B']]);
  });

  test('is known to be renamed, so that its gauges move away from the earlier name', () => {
    const before = readWithout(stateOf({ a: 'A' }), [listed('a', 'A')]);
    const state = readWithout(before, [listed('a', 'Test A')]);
    expect(currentLabels(state)('A')).toBe('Test A');
    expect(labels(state)).toEqual([]);
  });

  test('leaves the list as soon as it is excluded', () => {
    const before = read(stateOf({}), [listed('a', 'Test A')]);
    expect(labels(before)).toEqual(['Test A']);
    expect(replacedChange(before, limits)?.listed).toEqual([]);
  });
});
