import { pino } from 'pino';
import { expect, test } from 'vitest';
import { type CheckProgress, checkOnline, type OnlineFinding } from '../../src/commands/check-online.ts';
import type { Clients } from '../../src/secmaster/api/clients.ts';
import { configOf, loadText } from '../config/loading.ts';
import { createSoc } from '../support/world/simulated-soc.ts';

test('a check tells how far it is, and logs a list of workspaces that does not advance', async () => {
  const soc = createSoc({ behaviour: { workspaces: { offset: 'ignored' } } });
  const logged: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const clients: Clients = { secmaster: () => soc.secmaster, findProject: async () => 'project' };
  const ids = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
  const entry = { region: 'eu-west-101', credentials: { ak_sk: { ak: 'a', sk: 'b' } } };
  const workspaces = [entry, ...ids.map((workspace_id) => ({ ...entry, name: workspace_id, workspace_id }))];
  const config = configOf(await loadText(JSON.stringify({ poll: { concurrency: 1 }, workspaces })));
  const told: CheckProgress[] = [];
  const tell = (progress: CheckProgress) => void told.push(progress);
  const findings: OnlineFinding[] = [];
  for await (const finding of checkOnline(config, clients, new AbortController().signal, { log, tell }))
    findings.push(finding);
  expect(findings.map(({ isGood }) => isGood)).toEqual([true, true, true, false, false]);
  expect(findings.map(({ line }) => line)).toEqual([
    'simulated-soc: 0 instances can be listed',
    'simulated-soc: 0 playbooks can be listed',
    expect.stringMatching(/^ {2}not known: rows a page, /),
    expect.stringContaining(`${ids[0]}: `),
    expect.stringContaining(`${ids[1]}: `),
  ]);
  expect(logged).toMatchObject([{ msg: 'unexpected list of workspaces', isComplete: true, pages: 2 }]);
  expect(told.slice(0, 3)).toMatchObject([
    { workspace: 'workspaces[0]', checked: 0 },
    { workspace: 'workspaces[0]', checked: 0 },
    { workspace: 'simulated-soc', requests: 1, checked: 0 },
  ]);
  expect(told.at(-1)).toEqual({ checked: 3 });
});
