import { describe, expect, test } from 'vitest';
import { currentLabels, currentlyNamed, PlaybookNames } from '../../src/ledger/current-names.ts';
import { type MetPlaybook, playbookKey } from '../../src/ledger/met-playbook.ts';

const met = (playbookId: string, name: string, begunMs: number, metMs = 0, label = name): MetPlaybook => ({
  playbookId,
  name,
  label,
  seenMs: begunMs,
  begunMs,
  metMs,
});
const known = (...all: MetPlaybook[]) => ({
  playbooks: new Map(all.map((one) => [playbookKey(one.playbookId, one.name), one])),
});

test.each<[string, MetPlaybook[], Record<string, string>]>([
  ['a playbook that was never renamed keeps its label', [met('1', 'A', 5)], { A: 'A' }],
  [
    'every former label becomes the one of the newest run',
    [met('1', 'A', 5), met('1', 'B', 7), met('1', 'C', 6)],
    { A: 'B', B: 'B', C: 'B' },
  ],
  [
    'of two names of one run, the one met last is current',
    [met('1', 'A', 5, 2), met('1', 'B', 5, 1)],
    { B: 'A', A: 'A' },
  ],
  [
    'two playbooks that swap their names do not become one',
    [met('1', 'A', 5), met('2', 'B', 5), met('1', 'B', 6, 0, 'B (1)'), met('2', 'A', 6, 0, 'A (2)')],
    { A: 'B (1)', B: 'A (2)' },
  ],
  ['playbooks without an id are known by their names', [met('', 'A', 5), met('', 'B', 6)], { A: 'A', B: 'B' }],
  ['what several playbooks share stays as it is', [met('1', 'A', 5, 0, 'other'), met('1', 'B', 6)], { other: 'other' }],
  [
    'a playbook whose new name shares a label leaves its old one',
    [met('1', 'A', 5), met('1', 'B', 6, 0, 'other')],
    { A: 'other' },
  ],
  ['a label that no playbook has stays as it is', [met('1', 'A', 5)], { '': '', gone: 'gone' }],
])('%s', (_, playbooks, expected) => {
  const current = currentLabels(known(...playbooks));
  expect(Object.fromEntries(Object.keys(expected).map((label) => [label, current(label)]))).toEqual(expected);
});

test('a playbook is listed once, under its current name, while it has series under any', () => {
  const all = known(
    met('1', 'A', 5),
    met('1', 'B', 6),
    met('2', 'C', 5),
    met('3', 'D', 5),
    met('3', 'E', 6, 0, 'other'),
  );
  expect(currentlyNamed(all, new Set(['A', 'D'])).map(({ name }) => name)).toEqual(['B']);
});

describe('rows of one page after another', () => {
  const minute = 60_000;
  /** The current label after rows of runs of one playbook: [minute of the page, name, minute of the start]. */
  function currentAfter(...rows: [number, string, number][]): string {
    const playbooks = new Map<string, MetPlaybook>();
    for (const [at, name, begun] of rows) {
      const newest = new PlaybookNames(playbooks.values(), at * minute).meet('1', name, begun * minute);
      playbooks.set(name, { playbookId: '1', name, label: name, seenMs: 0, ...newest });
    }
    return currentLabels({ playbooks })('A');
  }

  test.each<[string, [number, string, number][], string]>([
    [
      'a new run brings the new name',
      [
        [1, 'A', 0],
        [2, 'B', 1],
      ],
      'B',
    ],
    [
      'a row of the past with the name of then changes nothing',
      [
        [1, 'A', 0],
        [2, 'B', 1],
        [3, 'A', 0],
      ],
      'B',
    ],
    [
      'a row of the past with the name of today brings it',
      [
        [1, 'A', 0],
        [2, 'B', 0],
      ],
      'B',
    ],
    [
      'a run that began before the newest one may end under the old name',
      [
        [1, 'A', 0],
        [2, 'B', 1],
        [9, 'A', 0],
      ],
      'B',
    ],
    [
      'a run from before that is met late brings no name back',
      [
        [1, 'B', 5],
        [2, 'A', 4],
      ],
      'B',
    ],
    [
      'a replica that lags behind brings no name back',
      [
        [1, 'A', 0],
        [2, 'B', 0],
        [3, 'A', 0],
      ],
      'B',
    ],
    [
      'however long two replicas differ, the name stays',
      [
        [1, 'A', 0],
        [2, 'B', 0],
        [9, 'A', 0],
        [10, 'B', 0],
        [15, 'A', 0],
        [16, 'B', 0],
        [20, 'A', 0],
      ],
      'B',
    ],
    [
      'a name that comes back is current again',
      [
        [1, 'A', 0],
        [2, 'B', 0],
        [30, 'A', 0],
      ],
      'A',
    ],
    [
      'a name that comes back with a new run is current at once',
      [
        [1, 'A', 0],
        [2, 'B', 1],
        [3, 'A', 2],
      ],
      'A',
    ],
    [
      'a third name is current at once',
      [
        [1, 'A', 0],
        [2, 'B', 0],
        [3, 'C', 0],
      ],
      'C',
    ],
    [
      'a clock that was put back does not hide a new name',
      [
        [90, 'A', 0],
        [1, 'B', 0],
      ],
      'B',
    ],
  ])('%s', (_, rows, expected) => {
    expect(currentAfter(...rows)).toBe(expected);
  });

  test('of two names of one run on a page, the last one is current', () => {
    const names = new PlaybookNames([], minute);
    expect(names.meet('1', 'A', 0).metMs).toBeLessThan(names.meet('1', 'B', 0).metMs);
  });
});
