import pLimit from 'p-limit';
import type { Config, WorkspaceConfig } from '../config/config.ts';
import type { Logger } from '../log.ts';
import { createTicker } from '../poll/ticker.ts';
import type { Clients } from '../secmaster/api/clients.ts';
import type { ListWatch } from '../secmaster/api/secmaster.ts';
import { SecMasterError } from '../secmaster/http/errors.ts';

export interface OnlineFinding {
  readonly isGood: boolean;
  readonly line: string;
}

/**
 * Checks the permissions on each workspace: one list call, and one call for the topology of a run if there is one. Refused credentials
 * aren't tried again. Runs `poll.concurrency` checks at the same time and yields the findings in order. Logs every ten seconds how far
 * it has come.
 */
export async function* checkOnline(
  config: Config,
  clients: Clients,
  signal: AbortSignal,
  { log, now }: { readonly log: Logger; readonly now: () => number },
): AsyncGenerator<OnlineFinding> {
  const limit = pLimit(config.poll.concurrency);
  const ticker = createTicker(now);
  let checked = 0;
  const onProgress = (fields: object) => {
    if (ticker.isDue()) log.info({ ...fields, checked }, 'check in progress');
  };
  const onChecked = () => {
    checked += 1;
    onProgress({});
  };
  const watch = (workspace: string): ListWatch => ({
    onPage: (read) => onProgress({ workspace, ...read }),
    onEnd: (end) => {
      if (end.problem !== null) log.warn({ workspace, ...end }, 'unexpected list of workspaces');
    },
  });
  const checks = config.workspaces.map((target, i) => {
    const label = target.name ?? `workspaces[${i}]`;
    return limit(() =>
      checkTarget(target, label, config.metrics.nodes, clients, signal, watch(label), onChecked).catch(
        (error: unknown) => [bad(label, error)],
      ),
    );
  });
  for (const check of checks) yield* await check;
}

async function checkTarget(
  target: WorkspaceConfig,
  label: string,
  nodes: Config['metrics']['nodes'],
  clients: Clients,
  signal: AbortSignal,
  watch: ListWatch,
  onChecked: () => void,
): Promise<OnlineFinding[]> {
  const findings: OnlineFinding[] = [];
  const projectId = target.projectId ?? (await clients.findProject(target, target.region, signal));
  const secmaster = clients.secmaster(target, projectId);
  const found =
    target.workspaceId === null
      ? await secmaster.listWorkspaces(signal, watch)
      : [{ workspaceId: target.workspaceId, name: label }];
  if (found.length === 0) return [{ isGood: false, line: `${label}: the project ${projectId} has no workspaces` }];
  for (const { workspaceId, name } of found) {
    try {
      const page = await secmaster.listInstances(
        workspaceId,
        { sortKey: 'update_time', sortDir: 'DESC', offset: 0, limit: 1 },
        signal,
      );
      findings.push({
        isGood: true,
        line: `${name}: ${page.count === null ? '' : `${page.count} `}instances can be listed`,
      });
      const [newest] = page.instances;
      if (nodes === 'off' || newest === undefined) continue;
      const shown = secmaster.showInstance(workspaceId, newest.id, signal).then(
        () => ({ isGood: true, line: `${name}: the nodes of failed runs can be read` }),
        (error: unknown) => bad(`${name}: the nodes of failed runs can't be read`, error),
      );
      findings.push(await shown);
    } catch (error) {
      findings.push(bad(name, error));
    } finally {
      onChecked();
    }
  }
  return findings;
}

function bad(label: string, error: unknown): OnlineFinding {
  if (error instanceof SecMasterError) return { isGood: false, line: `${label}: ${error.message}` };
  throw error;
}
