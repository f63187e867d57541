import { describe, expect, test } from 'vitest';
import type { BehaviourChange } from '../../src/simulator/behaviour.ts';
import { defaultProject, defaultWorkspace } from '../../src/simulator/defaults.ts';
import { instancesPath, setUp } from './harness.ts';

async function three(workspaces: BehaviourChange['workspaces'] = {}) {
  const parts = await setUp({ behaviour: { workspaces } });
  for (const id of ['second', 'third']) {
    parts.simulator.directory.addWorkspace(defaultProject.id, { id, name: `The ${id}` });
  }
  return parts;
}

describe('the list of workspaces', () => {
  const answerOf = async (workspaces: BehaviourChange['workspaces'], query: string) => {
    const answer = await (await three(workspaces)).get(`/v1/${defaultProject.id}/workspaces?${query}`);
    const body = (await answer.json()) as { count?: number; workspaces?: { id: string; name?: string }[] };
    return [answer.status, body.count, body.workspaces?.map(({ id, name }) => name ?? id)];
  };
  const all = [defaultWorkspace.name, 'The second', 'The third'];

  test.each<[string, BehaviourChange['workspaces'], string, unknown[], unknown[]]>([
    ['is refused', { list: 'refused' }, 'limit=3', [200, 3, all], [403, undefined, undefined]],
    [
      'ignores its offset',
      { offset: 'ignored' },
      'limit=1&offset=2',
      [200, 3, ['The third']],
      [200, 3, all.slice(0, 1)],
    ],
    ['has short pages', { maxRows: 2 }, 'limit=3', [200, 3, all], [200, 3, all.slice(0, 2)]],
    ['has no names', { names: 'absent' }, 'limit=3', [200, 3, all], [200, 3, [defaultWorkspace.id, 'second', 'third']]],
  ])('%s', async (_, workspaces, query, friendly, answer) => {
    expect(await answerOf({}, query)).toEqual(friendly);
    expect(await answerOf(workspaces, query)).toEqual(answer);
  });
});

test.each([
  [403, { code: '20010001' }],
  [404, { code: '20011003' }],
  [400, { code: '20011003' }],
  [200, { count: 0, instances: [] }],
] as const)('an unknown workspace is answered with %s', async (unknownStatus, body) => {
  const { get } = await three({ unknownStatus });
  const answer = await get(instancesPath.replace(defaultWorkspace.id, 'nowhere'));
  expect([answer.status, await answer.json()]).toEqual([unknownStatus, expect.objectContaining(body)]);
});
