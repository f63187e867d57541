import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runLabels } from '../../src/ledger/label-set.ts';
import {
  currentDataclasses,
  foldVersions,
  type KnownVersions,
  maxVersions,
  type ShownRun,
  shownVersions,
  staleVersions,
  versionKey,
} from '../../src/ledger/versions.ts';
import { noDetails } from '../../src/model/instance.ts';

interface Shown {
  readonly playbook?: string;
  readonly id?: string | null;
  readonly name?: string | null;
  readonly version?: string | null;
  readonly dataclass?: string;
  readonly atMs?: number;
}

function run({
  playbook = 'p',
  id = 'w',
  name = 'W',
  version = 'v1',
  dataclass = 'Alert',
  atMs = 1_000,
}: Shown): ShownRun {
  return {
    labels: runLabels(playbook, 'TIMER'),
    status: 'FINISHED',
    startTimeMs: atMs,
    endTimeMs: atMs + 5,
    retryCount: 0,
    details: {
      ...noDetails,
      workflow: { id, name, version, versionId: null },
      dataclass: { id: null, name: dataclass },
    },
  };
}

const nothing: KnownVersions = { versions: new Map(), dataclasses: new Map() };

/** Pages one after the other. */
function after(pages: readonly (readonly ShownRun[])[], max?: number): KnownVersions {
  return pages.reduce<KnownVersions>((known, page) => {
    const { versions, dropped, dataclasses } = foldVersions(page, known, max);
    const all = new Map(known.versions);
    for (const one of dropped) all.delete(versionKey(one));
    for (const one of versions) all.set(versionKey(one), one);
    return {
      versions: all,
      dataclasses: new Map([...known.dataclasses, ...dataclasses.map((one) => [one.playbook, one] as const)]),
    };
  }, nothing);
}

const same = (label: string) => label;
const shownOf = ({ versions }: KnownVersions, current = same, fromMs = 0) =>
  shownVersions(versions.values(), current, fromMs);

const anyRun = fc
  .record({
    playbook: fc.constantFrom('p', 'q'),
    id: fc.constantFrom('w', 'x', null),
    name: fc.constantFrom('W', 'X', null),
    version: fc.constantFrom('v1', 'v2', null),
    dataclass: fc.constantFrom('Alert', 'Incident'),
    atMs: fc.integer({ min: 1, max: 20 }),
  })
  .map(run);

describe('the versions of a workflow', () => {
  test('are the same in whatever order and pages the rows come, and however often', () => {
    const rows = fc.array(anyRun, { maxLength: 30 });
    fc.assert(
      fc.property(rows, fc.infiniteStream(fc.nat()), fc.integer({ min: 1, max: 7 }), (all, numbers, length) => {
        const shuffled = [...all, ...all]
          .map((one) => ({ one, at: numbers.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        const pages = Array.from({ length: Math.ceil(shuffled.length / length) }, (_, i) =>
          shuffled.slice(i * length, (i + 1) * length),
        );
        const [whole, parts] = [after([all]), after(pages)];
        expect(new Map([...parts.versions].toSorted())).toEqual(new Map([...whole.versions].toSorted()));
        expect(new Map([...parts.dataclasses].toSorted())).toEqual(new Map([...whole.dataclasses].toSorted()));
      }),
    );
  });

  test('are no change where a row says nothing new', () => {
    const known = after([[run({ atMs: 5 }), run({ atMs: 9 })]]);
    expect(foldVersions([run({ atMs: 7 })], known)).toEqual({ versions: [], dropped: [], dataclasses: [] });
  });

  test.each<[string, Shown, object | null]>([
    ['named', {}, { workflow_id: 'w', workflow: 'W', version: 'v1' }],
    ['without a name', { name: null }, { workflow_id: 'w', workflow: 'w', version: 'v1' }],
    ['without an id', { id: null }, { workflow_id: 'W', workflow: 'W', version: 'v1' }],
    ['without a version', { version: null }, { workflow_id: 'w', workflow: 'W', version: '(none)' }],
    ['without a name or an id', { id: null, name: null }, null],
  ])('of a workflow %s', (_, shown, labels) => {
    const expected = labels === null ? [] : [{ labels: { playbook: 'p', ...labels } }];
    expect(shownOf(after([[run(shown)]])).workflows).toEqual(expected);
  });

  test('with the same name and another id are two, and began with the first of them', () => {
    const { workflows, firstStarts } = shownOf(after([[run({ atMs: 9 }), run({ id: 'x', atMs: 5 })]]));
    expect(workflows.map(({ labels }) => labels.workflow_id)).toEqual(['w', 'x']);
    expect(firstStarts).toEqual([{ labels: { playbook: 'p', workflow: 'W', version: 'v1' }, atMs: 5 }]);
  });

  test('go by the name of the newest run, and keep their first start', () => {
    const { workflows, firstStarts } = shownOf(after([[run({ name: 'Z', atMs: 5 }), run({ name: 'A', atMs: 9 })]]));
    expect(workflows.map(({ labels }) => labels.workflow)).toEqual(['A']);
    expect(firstStarts).toEqual([{ labels: { playbook: 'p', workflow: 'A', version: 'v1' }, atMs: 5 }]);
  });

  test('of a renamed playbook are joined under its current name', () => {
    const known = after([[run({ playbook: 'old', atMs: 5 }), run({ playbook: 'new', atMs: 9 })]]);
    const { workflows, firstStarts } = shownOf(known, () => 'new');
    expect(workflows).toHaveLength(1);
    expect(firstStarts).toEqual([{ labels: { playbook: 'new', workflow: 'W', version: 'v1' }, atMs: 5 }]);
  });

  test('that have not begun within the window are no workflows of now, but keep their first start', () => {
    const known = after([[run({ atMs: 5 }), run({ version: 'v2', atMs: 9 })]]);
    const { workflows, firstStarts } = shownOf(known, same, 9);
    expect(workflows.map(({ labels }) => labels.version)).toEqual(['v2']);
    expect(firstStarts).toHaveLength(2);
  });

  test('beyond the limit give way to those that began later, and a row from before brings none back', () => {
    const many = Array.from({ length: maxVersions + 9 }, (_, i) => run({ version: `v${i}`, atMs: i + 1 }));
    const known = after(
      many
        .map((one) => [one])
        .slice(0, 5)
        .concat([many.slice(5)]),
    );
    expect(known.versions.size).toBe(maxVersions);
    expect(known.versions.has(JSON.stringify(['p', 'w', `v${maxVersions + 8}`]))).toBe(true);
    expect(known.versions.has(JSON.stringify(['p', 'w', 'v8']))).toBe(false);
    expect(foldVersions([run({ version: 'v3', atMs: 4 })], known)).toMatchObject({ versions: [], dropped: [] });
  });

  test('are stale once none of their instances is remembered, unless the playbook has an open one', () => {
    const known = after([[run({ atMs: 5 }), run({ version: 'v2', atMs: 90 }), run({ playbook: 'q', atMs: 5 })]]);
    const { versions, dataclasses } = staleVersions(known, 11, new Set(['q']), new Set(['q']));
    expect(versions.map(({ version }) => version)).toEqual(['v1']);
    expect(dataclasses).toEqual(['p']);
  });
});

test("a playbook's data class is that of its newest run, under whichever of its names", () => {
  const old = run({ playbook: 'old', dataclass: 'Incident', atMs: 9 });
  const known = after([[old, run({ playbook: 'new', atMs: 5 })]]);
  expect(currentDataclasses(known.dataclasses.values(), () => 'new')).toEqual(new Map([['new', 'Incident']]));
});
