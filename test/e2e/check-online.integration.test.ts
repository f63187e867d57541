import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { BehaviourChange } from '../../src/simulator/behaviour.ts';
import { startExporter, temporaryFolder } from '../support/process/processes.ts';
import { writeConfig } from '../support/process/served.ts';
import { startSimulator } from '../support/process/simulated.ts';

/** What `check --online` prints about a simulator, and its exit code. */
async function checked(
  change: (config: string) => string,
  fault?: Record<string, unknown>,
  behaviour: BehaviourChange = {},
) {
  const simulated = await startSimulator({ historyMs: 600_000 });
  await simulated.behave(behaviour);
  if (fault !== undefined) await simulated.addFault(fault);
  const file = writeConfig(simulated, temporaryFolder());
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  const running = startExporter(['check', '--online', `--config.file=${file}`, '--log.level=error']);
  const exitCode = await running.ended;
  const [first = '', ...lines] = running.stdout().trim().split('\n');
  expect(first).toMatch(/config\.yml: \d+ workspaces?, no problems$/);
  const { refused, counts } = await simulated.requests();
  return { exitCode, lines, refused, counts };
}

test('everything may be seen: the instances, the nodes of one, and how SecMaster behaves', async () => {
  const { exitCode, lines } = await checked((config) => config);
  expect([exitCode, lines]).toEqual([
    0,
    [
      expect.stringMatching(/^prod: \d+ instances can be listed$/),
      'prod: the nodes of failed runs can be read',
      expect.stringMatching(/^prod: \d+ playbooks can be listed$/),
      '  rows a page: 100 of 100 asked for',
      '  offset: honoured',
      '  order: by update_time',
      '  count: exact',
      '  from_date and to_date: creation, written as …Z+0800, to the second',
      '  id filter: honoured',
      '  status filter: honoured',
      '  not known: rows that can be paged through',
    ],
  ]);
});

test('an order and a limit that are refused are no failure', async () => {
  const behaviour: BehaviourChange = { order: { sortKey: 'update-time-refused' }, paging: { maxLimit: 50 } };
  const { exitCode, lines } = await checked((config) => config, undefined, behaviour);
  expect([exitCode, lines[0]]).toEqual([0, expect.stringMatching(/^prod: \d+ instances can be listed$/)]);
  expect(lines).toContain('  rows a page: 50 of 50 asked for (limit 100 refused: 400 20030001)');
  expect(lines).toContain('  order: by create_time (update_time refused: 400 20030009)');
});

const withoutWorkspaceId = (config: string) =>
  config
    .replace(/ +workspace_id: .*\n/, '')
    .replace('name: prod', 'region: eu-west-101')
    .replace(/region: eu-west-101\n( +)region/, 'region');

test('a list of workspaces that does not advance ends after two requests', async () => {
  const { exitCode, lines, counts } = await checked(withoutWorkspaceId, undefined, {
    workspaces: { offset: 'ignored' },
  });
  expect([exitCode, lines[0]]).toEqual([0, expect.stringMatching(/^simulated-soc: \d+ instances can be listed$/)]);
  expect(counts.ListWorkspaces).toBe(2);
});

test('without workspace_id every workspace of the project is asked', async () => {
  const { exitCode, lines } = await checked(withoutWorkspaceId);
  expect([exitCode, lines[0]]).toEqual([0, expect.stringMatching(/^simulated-soc: \d+ instances can be listed$/)]);
});

test.each<[string, (config: string) => string, Record<string, unknown> | undefined, RegExp]>([
  [
    'another workspace',
    (config) => config.replace(/workspace_id: .*/, 'workspace_id: 11111111-2222-3333-4444-555555555555'),
    undefined,
    /^prod: list_instances: 403 20010001 .*check workspace_id and project_id$/,
  ],
  [
    'a wrong key',
    (config) => config.replace(/sk: [\w-]+/, 'sk: wrong'),
    undefined,
    /^prod: list_instances: 401 APIGW.0301 .*check the credentials/,
  ],
  [
    'no permission to see one instance',
    (config) => config,
    { kind: 'status', status: 403, code: 'APIGW.0302', operation: 'ShowAopWorkflowInstance' },
    /^prod: the nodes of failed runs can't be read: show_instance: 403 APIGW.0302 .*SecMaster ReadOnlyAccess/,
  ],
])('%s: said what to fix, exit code 1, and refused once at the most', async (_, change, fault, message) => {
  const { exitCode, lines, refused } = await checked(change, fault);
  const told = lines.filter((line) => !line.startsWith(' '));
  expect(exitCode).toBe(1);
  expect(told).toContainEqual(expect.stringMatching(message));
  expect(refused).toBeLessThanOrEqual(1);
});

test('a wrong key of several workspaces is refused once, and each of them is told', async () => {
  const numbers = [1, 2, 3, 4, 5, 6];
  const { exitCode, lines, refused } = await checked((config) => {
    const [head = '', entry = ''] = config.replace(/sk: [\w-]+/, 'sk: wrong').split('workspaces:\n');
    const entries = numbers.map((n) =>
      entry
        .replace('prod', `prod-${n}`)
        .replace(/workspace_id: .*/, `workspace_id: 11111111-2222-3333-4444-00000000000${n}`),
    );
    return `${head}workspaces:\n${entries.join('')}`;
  });
  expect([exitCode, refused]).toEqual([1, 1]);
  expect(lines.map((line) => line.split(':')[0])).toEqual(numbers.map((n) => `prod-${n}`));
  expect(lines.filter((line) => line.includes('check the credentials'))).toHaveLength(6);
});

test('no permission to list playbooks: said what it is, and no failure', async () => {
  const { exitCode, lines } = await checked((config) => config, undefined, { playbooks: { list: 'refused' } });
  expect(exitCode).toBe(0);
  expect(lines).toContainEqual(
    expect.stringMatching(
      /^prod: the playbooks can't be listed, so secmaster_playbook_enabled is missing: list_playbooks: 403 .*grant the permission secmaster:playbook:list$/,
    ),
  );
});
