import { describe, expect, test } from 'vitest';
import { type KnownLabel, PlaybookLabels } from '../../src/ledger/playbook-labels.ts';
import type { Playbook } from '../../src/model/instance.ts';

const isolate = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate host' };
const namesake = { id: '9b1c2d3e-0000-4000-8000-000000000001', name: 'Isolate host' };

const playbook = (n: number): Playbook => ({ id: `id-${n}`, name: `Playbook ${n}` });

/** What another page of the same workspace knows, once the playbooks have been met and have series. */
function remembered(labels: PlaybookLabels, ...met: Playbook[]): KnownLabel[] {
  for (const one of met) labels.meet(one, 1);
  return labels.met().map(({ playbookId, name, label }) => ({ playbookId, name, label, isLive: label !== 'other' }));
}

test('the label of an instance without a playbook is (none), and there is nothing to remember of it', () => {
  const labels = new PlaybookLabels([], 9);
  expect(labels.of(null)).toBe('(none)');
  labels.meet(null, 1);
  expect(labels.met()).toEqual([]);
});

test('of two playbooks with one name, the first gets the plain name, the other the name with its id', () => {
  const labels = new PlaybookLabels([], 9);
  expect([labels.of(isolate), labels.of(namesake), labels.of(isolate)]).toEqual([
    'Isolate host',
    'Isolate host (9b1c2d3e)',
    'Isolate host',
  ]);
  labels.meet(isolate, 5);
  labels.meet(namesake, 7);
  labels.meet(isolate, 3);
  expect(labels.met()).toEqual([
    { playbookId: isolate.id, name: 'Isolate host', label: 'Isolate host', seenMs: 5, begunMs: 5, metMs: 1 },
    {
      playbookId: namesake.id,
      name: 'Isolate host',
      label: 'Isolate host (9b1c2d3e)',
      seenMs: 7,
      begunMs: 7,
      metMs: 1,
    },
  ]);
});

test('a label is permanent, whichever playbook comes first later', () => {
  const before = new PlaybookLabels([], 9);
  before.of(isolate);
  before.of(namesake);
  const after = new PlaybookLabels(remembered(before, isolate, namesake), 9);
  expect([after.of(namesake), after.of(isolate)]).toEqual(['Isolate host (9b1c2d3e)', 'Isolate host']);
});

test('a renamed playbook continues under its new name, and under the old one when it gets it back', () => {
  const labels = new PlaybookLabels([], 9);
  labels.of(isolate);
  expect(labels.of({ ...isolate, name: 'Isolate endpoint' })).toBe('Isolate endpoint');
  expect(labels.of(isolate)).toBe('Isolate host');
});

test('two playbooks that swap their names stay apart', () => {
  const labels = new PlaybookLabels([], 9);
  const [a, b] = [playbook(1), playbook(2)];
  expect([a, b, { ...a, name: b.name }, { ...b, name: a.name }].map((one) => labels.of(one))).toEqual([
    'Playbook 1',
    'Playbook 2',
    'Playbook 2 (id-1)',
    'Playbook 1 (id-2)',
  ]);
});

test('a label that another playbook has taken is never given twice', () => {
  const labels = new PlaybookLabels([], 9);
  const liar = { id: 'ffffffff-0000-4000-8000-000000000002', name: 'Isolate host (9b1c2d3e)' };
  const twin = { id: '9b1c2d3e-1111-4000-8000-000000000003', name: 'Isolate host' };
  expect(
    [isolate, liar, namesake, twin, { id: '', name: 'Isolate host' }, { id: '', name: '' }].map((one) =>
      labels.of(one),
    ),
  ).toEqual([
    'Isolate host',
    'Isolate host (9b1c2d3e)',
    `Isolate host (${namesake.id})`,
    `Isolate host (${twin.id})`,
    'Isolate host (2)',
    ' (2)',
  ]);
});

describe('beyond the limit', () => {
  test('playbooks share a label, the first met keep theirs, page after page', () => {
    const labels = new PlaybookLabels([], 2);
    const all = [playbook(1), playbook(2), playbook(3), playbook(4), playbook(1)];
    const expected = ['Playbook 1', 'Playbook 2', 'other', 'other', 'Playbook 1'];
    expect(all.map((one) => labels.of(one))).toEqual(expected);
    const later = new PlaybookLabels(remembered(labels, ...all), 2);
    expect(all.toReversed().map((one) => later.of(one))).toEqual(expected.toReversed());
  });

  test('a playbook that is really named other or (none) gets its id behind it', () => {
    expect(new PlaybookLabels([], 2).of({ id: '12345678-9', name: 'other' })).toBe('other (12345678)');
    expect(new PlaybookLabels([], 2).of({ id: '12345678-9', name: '(none)' })).toBe('(none) (12345678)');
    expect(new PlaybookLabels([], 2).of({ id: '', name: '(none)' })).toBe('(none) (2)');
  });

  test('a renamed playbook has its place already', () => {
    const labels = new PlaybookLabels([], 1);
    labels.of(isolate);
    expect(labels.of({ ...isolate, name: 'Isolate endpoint' })).toBe('Isolate endpoint');
  });

  test('a playbook that is renamed again and again has no more former names than the limit, and leaves others their place', () => {
    const labels = new PlaybookLabels([], 2);
    const names = ['A', 'B', 'C', 'D', 'E', 'A'];
    expect(names.map((name) => labels.of({ ...isolate, name }))).toEqual(['A', 'B', 'C', 'other', 'other', 'A']);
    expect([namesake, playbook(3)].map((one) => labels.of(one))).toEqual([namesake.name, 'other']);
  });

  test('playbooks that shared a label get their own once the limit is raised or another playbook is gone', () => {
    const labels = new PlaybookLabels([], 1);
    const all = [playbook(1), playbook(2)];
    for (const one of all) labels.of(one);
    const known = remembered(labels, ...all);
    expect(new PlaybookLabels(known, 2).of(playbook(2))).toBe('Playbook 2');
    const silent = known.map((label) => ({ ...label, isLive: false }));
    expect(new PlaybookLabels(silent, 1).of(playbook(2))).toBe('Playbook 2');
  });

  test('a playbook that comes back when there is no room shares, and its label stays its own for when there is', () => {
    const known: KnownLabel[] = [
      { playbookId: 'id-1', name: 'Playbook 1', label: 'Playbook 1', isLive: false },
      { playbookId: 'id-2', name: 'Playbook 2', label: 'Playbook 2', isLive: true },
    ];
    const full = new PlaybookLabels(known, 1);
    expect(full.of(playbook(1))).toBe('other');
    full.meet(playbook(1), 9);
    expect(full.met().map(({ label, seenMs }) => ({ label, seenMs }))).toEqual([{ label: 'Playbook 1', seenMs: 9 }]);
    expect(new PlaybookLabels(known, 2).of(playbook(1))).toBe('Playbook 1');
  });

  test('a lower limit takes no label away', () => {
    const labels = new PlaybookLabels([], 3);
    const all = [playbook(1), playbook(2), playbook(3)];
    for (const one of all) labels.of(one);
    const lowered = new PlaybookLabels(remembered(labels, ...all), 1);
    expect(all.map((one) => lowered.of(one))).toEqual(['Playbook 1', 'Playbook 2', 'Playbook 3']);
    expect(lowered.of(playbook(4))).toBe('other');
  });
});
