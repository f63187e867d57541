import { expect, test } from 'vitest';
import { Labels } from '../../src/ledger/label.ts';

const isolate = { id: '3e966553-f53d-3d87-835e-7697e353876a', name: 'Isolate host' };
const namesake = { id: '9b1c2d3e-0000-4000-8000-000000000001', name: 'Isolate host' };

test('an instance without a playbook has an empty label', () => {
  expect(new Labels([]).of(null)).toBe('');
});

test('of two playbooks with one name the first met keeps it plain, the other is told apart by its id', () => {
  const labels = new Labels([]);
  expect([labels.of(isolate), labels.of(namesake), labels.of(isolate)]).toEqual([
    'Isolate host',
    'Isolate host (9b1c2d3e)',
    'Isolate host',
  ]);
  expect(labels.added).toEqual([
    { playbookId: isolate.id, name: 'Isolate host', label: 'Isolate host' },
    { playbookId: namesake.id, name: 'Isolate host', label: 'Isolate host (9b1c2d3e)' },
  ]);
});

test('a label once given stays, whoever turns up first later', () => {
  const before = new Labels([]);
  before.of(isolate);
  before.of(namesake);
  const after = new Labels(before.added);
  expect([after.of(namesake), after.of(isolate)]).toEqual(['Isolate host (9b1c2d3e)', 'Isolate host']);
  expect(after.added).toEqual([]);
});

test('a renamed playbook goes on under its new name', () => {
  const labels = new Labels([]);
  labels.of(isolate);
  expect(labels.of({ ...isolate, name: 'Isolate endpoint' })).toBe('Isolate endpoint');
});

test('a label that another playbook has taken is never given twice', () => {
  const labels = new Labels([]);
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
    'Isolate host ()',
    ' ()',
  ]);
});
