import { expect, test } from 'vitest';
import type { PlaybookStatus } from '../../src/http/playbook-status.ts';
import { parseExposition } from '../support/metrics/exposition.ts';
import { eventually, temporaryFolder } from '../support/process/processes.ts';
import { polledAgain, serve, writeConfig } from '../support/process/served.ts';
import { startSimulator } from '../support/process/simulated.ts';

/** SecMaster's list of playbooks, from a simulator in one process to the exposition of an exporter in another. */

const hourMs = 3_600_000;
const enabledIn = (text: string) => parseExposition(text).filter(({ name }) => name === 'secmaster_playbook_enabled');
const labelsOf = (text: string, family: string) =>
  parseExposition(text).flatMap(({ name, labels }) => (name === family ? (labels.playbook ?? []) : []));

test('each playbook of the list is enabled or not, and still after kill -9 while the list is refused', async () => {
  const simulated = await startSimulator({ historyMs: hourMs });
  const args = [`--config.file=${writeConfig(simulated, temporaryFolder())}`];
  const served = await serve(args);
  const text = await polledAgain(served);
  const enabled = enabledIn(text);
  expect(enabled.length).toBeGreaterThan(0);
  const listed = enabled.map(({ labels }) => labels.playbook);
  for (const label of labelsOf(text, 'secmaster_playbook_info')) expect(listed).toContain(label);
  const { workspaces } = JSON.parse(await served.get('/api/v1/status'));
  const playbooks: PlaybookStatus[] = workspaces[0].playbooks;
  const isListed = ({ enabled }: PlaybookStatus) => enabled !== null;
  expect(
    playbooks
      .filter(isListed)
      .map(({ playbook, enabled }) => [playbook, Number(enabled)])
      .sort(),
  ).toEqual(enabled.map(({ labels, value }) => [labels.playbook, value]).sort());
  expect(await served.get('/')).toContain(`${playbooks.length} playbooks in 1 workspace, `);

  served.running.child.kill('SIGKILL');
  await served.running.ended;
  await simulated.behave({ playbooks: { list: 'refused' } });
  const again = await serve(args);
  const after = await polledAgain(again);
  expect(enabledIn(after)).toEqual(enabled);
  const refusals = () =>
    again.running
      .stderr()
      .split('\n')
      .filter((line) => line.includes('playbooks cannot be listed without this permission'));
  // The list is good for five minutes, unless the configuration is read again.
  expect(refusals()).toEqual([]);
  again.running.child.kill('SIGHUP');
  const told = await eventually(() => (refusals().length > 0 ? refusals() : undefined), 'a refusal', again.running);
  expect(told).toEqual([expect.stringContaining('secmaster:playbook:list')]);
  expect(enabledIn(await polledAgain(again))).toEqual(enabled);
}, 60_000);

test('a list that hangs fails no poll, and no poll waits for it', async () => {
  const simulated = await startSimulator({ historyMs: hourMs });
  // By the simulator's clock, which stands still.
  await simulated.addFault({ kind: 'latency', ms: 1_000, operation: 'ListPlaybooks' });
  const served = await serve([`--config.file=${writeConfig(simulated, temporaryFolder(), { timeout: '5s' })}`]);
  const said = () => (served.running.stderr().includes('playbooks could not be listed') ? true : undefined);
  await eventually(said, 'a list that takes too long', served.running);
  const text = await polledAgain(served);
  expect(enabledIn(text)).toEqual([]);
  expect(text).not.toMatch(/^secmaster_exporter_poll_failures_total{.*} [1-9]/m);
  const { workspaces } = JSON.parse(await served.get('/api/v1/status'));
  const polls: readonly { readonly duration_seconds: number }[] = workspaces[0].recent_polls;
  expect(Math.max(...polls.map(({ duration_seconds: seconds }) => seconds))).toBeLessThan(5);
}, 60_000);
