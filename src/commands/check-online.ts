import type { Config, WorkspaceConfig } from '../config/config.ts';
import type { Clients } from '../secmaster/client.ts';
import { SecMasterError } from '../secmaster/errors.ts';

export interface OnlineFinding {
  readonly isGood: boolean;
  readonly line: string;
}

/**
 * Asks SecMaster once for each workspace what may be seen of it: one list call, and one for a run's topology where there is
 * a run. Credentials that are refused once aren't tried again.
 */
export async function* checkOnline(
  config: Config,
  clients: Clients,
  signal: AbortSignal,
): AsyncGenerator<OnlineFinding> {
  for (const [i, target] of config.workspaces.entries()) {
    const label = target.name ?? `workspaces[${i}]`;
    try {
      yield* checkTarget(target, label, config.metrics.nodes, clients, signal);
    } catch (error) {
      yield bad(label, error);
    }
  }
}

async function* checkTarget(
  target: WorkspaceConfig,
  label: string,
  nodes: Config['metrics']['nodes'],
  clients: Clients,
  signal: AbortSignal,
): AsyncGenerator<OnlineFinding> {
  const projectId = target.projectId ?? (await clients.findProject(target, target.region, signal));
  const secmaster = clients.secmaster(target, projectId);
  const found =
    target.workspaceId === null
      ? await secmaster.listWorkspaces(signal)
      : [{ workspaceId: target.workspaceId, name: label }];
  if (found.length === 0) yield { isGood: false, line: `${label}: the project ${projectId} has no workspaces` };
  for (const { workspaceId, name } of found) {
    try {
      const page = await secmaster.listInstances(
        workspaceId,
        { sortKey: 'update_time', sortDir: 'DESC', offset: 0, limit: 1 },
        signal,
      );
      yield { isGood: true, line: `${name}: ${page.count ?? 'an unknown number of'} instances can be listed` };
      const [newest] = page.instances;
      if (nodes === 'off' || newest === undefined) continue;
      await secmaster.showInstance(workspaceId, newest.id, signal);
      yield { isGood: true, line: `${name}: the nodes of failed runs can be read` };
    } catch (error) {
      yield bad(name, error);
    }
  }
}

function bad(label: string, error: unknown): OnlineFinding {
  if (error instanceof SecMasterError) return { isGood: false, line: `${label}: ${error.message}` };
  throw error;
}
