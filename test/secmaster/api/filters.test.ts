import { describe, expect, test } from 'vitest';
import { isFilteredHere, noFilters, rowFilter, sentFilters } from '../../../src/secmaster/api/filters.ts';
import { parsePage } from '../../../src/secmaster/api/rows.ts';

describe('filters', () => {
  test.each([
    ['none of a kind: nothing is sent', noFilters, []],
    ['one of a kind is sent', { ...noFilters, playbookId: ['p'] }, [['playbook_id', 'p']]],
    [
      'several of a kind are not',
      { ...noFilters, workflowId: ['a', 'b'], triggerType: ['TIMER'] },
      [['trigger_type', 'TIMER']],
    ],
    [
      'one of each kind, all of them',
      { playbookId: ['p'], workflowId: ['w'], dataclassId: ['d'], triggerType: ['EVENT'] },
      [
        ['playbook_id', 'p'],
        ['workflow_id', 'w'],
        ['dataclass_id', 'd'],
        ['trigger_type', 'EVENT'],
      ],
    ],
  ] as const)('%s', (_, filters, sent) => {
    expect(sentFilters(filters)).toEqual(sent);
  });

  const row = (id: string, playbook: string, workflow: unknown, dataclass: string, trigger: string | null) => ({
    id,
    status: 'FINISHED',
    playbook: { id: playbook },
    workflow,
    dataclass: { id: dataclass },
    trigger_type: trigger,
  });
  const instances = [
    row('1', 'p1', { id: 'w1' }, 'd1', 'EVENT'),
    row('2', 'p2', { id: 'w2' }, 'd2', 'TIMER'),
    row('3', 'p3', { id: 'w3' }, 'd3', 'MANUAL'),
    row('4', 'p1', 'none', 'd1', null),
  ];

  test('several trigger types are met in whatever case', () => {
    const rows = [
      row('1', 'p1', null, 'd1', 'event'),
      row('2', 'p2', null, 'd2', 'Timer'),
      row('3', 'p3', null, 'd3', ''),
    ];
    const page = parsePage({ instances: rows }, 'en', rowFilter({ ...noFilters, triggerType: ['EVENT', 'timer'] }));
    expect(page?.instances.map(({ id, triggerType }) => [id, triggerType])).toEqual([
      ['1', 'EVENT'],
      ['2', 'TIMER'],
    ]);
  });

  test.each([
    ['playbooks', { ...noFilters, playbookId: ['p1', 'p2'] }, ['1', '2', '4']],
    ['workflows, where a row has none that can be read', { ...noFilters, workflowId: ['w2', 'w3'] }, ['2', '3']],
    ['data classes', { ...noFilters, dataclassId: ['d1', 'd3'] }, ['1', '3', '4']],
    ['trigger types', { ...noFilters, triggerType: ['TIMER', 'MANUAL'] }, ['2', '3']],
    ['two kinds', { ...noFilters, playbookId: ['p1', 'p2'], triggerType: ['EVENT', 'MANUAL'] }, ['1']],
  ] as const)('several %s: rows are filtered here, and the others keep their places', (_, filters, expected) => {
    const page = parsePage({ count: 4, instances }, 'en', rowFilter(filters));
    expect(page?.instances.map(({ id }) => id)).toEqual(expected);
    const after = page?.filteredOut.map((row) => [row.id, row.after]);
    const places = instances.flatMap(({ id }) =>
      expected.some((one) => one === id) ? [] : [[id, expected.filter((one) => one < id).length]],
    );
    expect(after).toEqual(places);
    expect(page?.count).toBe(4);
  });

  test.each([
    ['none: every row passes', noFilters, null],
    ['one value of a kind: SecMaster may ignore it', { ...noFilters, playbookId: ['p1'] }, ['1', '4']],
    ['one trigger type in another case', { ...noFilters, triggerType: ['timer'] }, ['2']],
  ] as const)('%s', (_, filters, expected) => {
    const isWanted = rowFilter(filters);
    const page = parsePage({ instances }, 'en', isWanted);
    expect(isWanted === null ? null : page?.instances.map(({ id }) => id)).toEqual(expected);
  });

  test.each([
    ['none', noFilters, false],
    ['one of each kind', { playbookId: ['p'], workflowId: ['w'], dataclassId: ['d'], triggerType: ['EVENT'] }, false],
    ['two of a kind', { ...noFilters, playbookId: ['p'], triggerType: ['EVENT', 'TIMER'] }, true],
  ] as const)("whether SecMaster's counts have rows that are filtered out here: %s", (_, filters, isHere) => {
    expect(isFilteredHere(filters)).toBe(isHere);
  });
});
