import { describe, expect, test } from 'vitest';
import type { BehaviourChange } from '../../src/simulator/behaviour.ts';
import { setUp, workspacePath } from './harness.ts';

const path = `${workspacePath}/soc/playbooks`;

/** Five playbooks, of which the second has never run and the last is disabled. */
async function five(playbooks: BehaviourChange['playbooks'] = {}) {
  const parts = await setUp({ behaviour: { playbooks } });
  for (const id of ['p1', 'p2', 'p3', 'p4', 'p5']) {
    parts.world.playbooks.add({
      id,
      name: `Playbook ${id}`,
      enabled: id !== 'p5',
      dataclass: id === 'p4' ? null : { id: 'd', name: 'Alert' },
    });
  }
  return parts;
}

async function answerOf(query: string, playbooks: BehaviourChange['playbooks'] = {}) {
  const { get, simulator } = await five(playbooks);
  const answer = await get(`${path}?${query}`);
  expect(simulator.requests.count('ListPlaybooks')).toBe(1);
  const body = (await answer.json()) as Record<string, unknown> & { data?: { id: string }[] };
  return { status: answer.status, body, ids: Array.isArray(body.data) ? body.data.map((row) => row?.id ?? row) : null };
}

describe('the list of playbooks', () => {
  test('is written as the SDKs read it', async () => {
    const { status, body } = await answerOf('limit=2&offset=3');
    expect(status).toBe(200);
    expect(body).toEqual({
      code: '00000000',
      message: '',
      total: 5,
      size: 2,
      page: 2,
      data: [
        {
          id: 'p4',
          name: 'Playbook p4',
          description: '',
          enabled: true,
          version: 'v1',
          version_id: 'p4-v1',
          dataclass_id: '',
          dataclass_name: '',
        },
        {
          id: 'p5',
          name: 'Playbook p5',
          description: '',
          enabled: false,
          version: 'v1',
          version_id: 'p5-v1',
          dataclass_id: 'd',
          dataclass_name: 'Alert',
        },
      ],
    });
  });

  test.each([
    ['search_txt=p3', ['p3']],
    ['name=p4', ['p4']],
    ['enabled=false', ['p5']],
    ['enabled=true&dataclass_name=Alert', ['p1', 'p2', 'p3']],
    ['description=x', []],
  ])('is filtered by %s', async (filter, ids) => {
    const { ids: shown, body } = await answerOf(`limit=100&offset=0&${filter}`);
    expect([shown, body.total]).toEqual([ids, ids.length]);
  });

  test.each(['limit=10', 'offset=0', '', 'limit=0&offset=0', 'limit=10&offset=-1', 'limit=5000&offset=0'])(
    'refuses %j: limit and offset are mandatory',
    async (query) => {
      const { status, body } = await answerOf(query);
      expect([status, body.code]).toEqual([400, '20030001']);
    },
  );

  const all = 'limit=10&offset=0';
  const second = 'limit=2&offset=2';
  const odd = (key: string, value: unknown) => expect.arrayContaining([expect.objectContaining({ [key]: value })]);
  test.each<[string, BehaviourChange['playbooks'], string, object]>([
    ['is refused', { list: 'refused' }, all, { status: 403 }],
    ['is not there', { list: 'not-found' }, all, { status: 404 }],
    ['ignores its offset', { offset: 'ignored' }, second, { ids: ['p1', 'p2'] }],
    ['takes offset for a page', { offset: 'as-page' }, second, { ids: ['p3', 'p4'], body: { page: 2 } }],
    ['counts pages from 0', { offset: 'as-page', firstPage: 0 }, second, { ids: ['p5'], body: { page: 2 } }],
    ['has short pages', { maxRows: 3 }, all, { ids: ['p1', 'p2', 'p3'], body: { total: 5 } }],
    ['refuses long pages', { maxLimit: 9 }, all, { status: 400 }],
    ['has no total', { total: 'null' }, all, { body: { total: null } }],
    ['has a total in text', { total: 'text' }, all, { body: { total: '5' } }],
    ['has the total of the page', { total: 'page' }, second, { body: { total: 2 } }],
    ['has a wrong total', { total: 'off' }, all, { body: { total: 8 } }],
    ['has enabled as a text', { enabled: 'text' }, all, { body: { data: odd('enabled', 'false') } }],
    ['has enabled as a number', { enabled: 'number' }, all, { body: { data: odd('enabled', 0) } }],
    ['has enabled as a word', { enabled: 'word' }, all, { body: { data: odd('enabled', 'DISABLED') } }],
    ['has one name for all', { names: 'same' }, all, { body: { data: odd('name', 'Playbook') } }],
    ['has empty names', { names: 'empty' }, all, { body: { data: odd('name', '') } }],
    [
      'has hostile names',
      { names: 'quotes' },
      all,
      { body: { data: odd('name', expect.stringMatching(/^".*p5.*"/)) } },
    ],
    [
      'has rows without ids',
      { ids: 'null' },
      all,
      { ids: ['p1', null, 'p3', null, 'p5'].map((id) => id ?? expect.anything()) },
    ],
    ['has rows that are none', { rows: 'some-are-none' }, all, { ids: ['p1', null, 'p3', 7, 'p5'] }],
    ['has no data classes', { dataclasses: 'empty' }, all, { body: { data: odd('dataclass_name', '') } }],
    ['has no rows', { data: 'null' }, all, { status: 200, body: { data: null }, ids: null }],
    ['has an object of rows', { data: 'object' }, all, { body: { data: { rows: expect.any(Array) } } }],
  ])('%s, where it behaves so', async (_, playbooks, query, expected) => {
    expect(await answerOf(query, playbooks)).toMatchObject(expected);
  });
});
