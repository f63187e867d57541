import { setTimeout as sleep } from 'node:timers/promises';
import { parseExposition } from '../support/metrics/exposition.ts';
import { ofWorkspace } from '../support/metrics/shared-families.ts';
import type { Replica } from '../support/process/replica.ts';

/** The workspaces that a replica polls, as its metrics say. */
export async function heldBy(one: Replica): Promise<string[]> {
  const samples = parseExposition(await one.get('/metrics').catch(() => ''));
  return samples
    .filter(({ name, value }) => name === 'secmaster_exporter_lease' && value === 1)
    .map(({ labels }) => labels.workspace ?? '')
    .sort();
}

/** The replica that polls a workspace, as soon as exactly one says so. */
export async function holderOf(replicas: readonly Replica[], workspace: string, withinMs = 30_000): Promise<Replica> {
  const untilMs = Date.now() + withinMs;
  for (;;) {
    const running = replicas.filter(({ state }) => state === 'running');
    const held = await Promise.all(running.map(heldBy));
    const holders = running.filter((_, n) => held[n]?.includes(workspace));
    const [holder] = holders;
    if (holder !== undefined && holders.length === 1) return holder;
    if (Date.now() > untilMs)
      throw new Error(`not one replica polls ${workspace} after ${withinMs / 1000} s, but ${JSON.stringify(held)}`);
    await sleep(50);
  }
}

/** How many polls of a workspace a replica shows. */
export async function pollsOf(one: Replica, workspace: string): Promise<number> {
  const own = ofWorkspace(await one.get('/metrics'), workspace);
  return parseExposition(own).find(({ name }) => name === 'secmaster_exporter_polls_total')?.value ?? 0;
}
