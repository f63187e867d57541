import pLimit from 'p-limit';
import type { Config, WorkspaceConfig } from '../config/config.ts';
import type { Logger } from '../log.ts';
import { profileLines } from '../model/profile-text.ts';
import { probe } from '../poll/profile/probe.ts';
import type { Clients } from '../secmaster/api/clients.ts';
import type { ListQuery, ListWatch, Page, SecMaster } from '../secmaster/api/secmaster.ts';
import { SecMasterError } from '../secmaster/http/errors.ts';

/** How far a check has come. */
export interface CheckProgress {
  /** Workspaces. */
  readonly checked: number;
  readonly workspace?: string;
}

export interface OnlineFinding {
  readonly isGood: boolean;
  readonly line: string;
}

/**
 * Checks the permissions on each workspace, and finds out how SecMaster behaves there: some lists, and one call for the topology of a
 * run if there is one. Refused credentials aren't tried again. Runs `poll.concurrency` checks at the same time and yields the findings in order.
 */
export async function* checkOnline(
  config: Config,
  clients: Clients,
  signal: AbortSignal,
  { log, tell }: { readonly log: Logger; readonly tell: (progress: CheckProgress) => void },
): AsyncGenerator<OnlineFinding> {
  const limit = pLimit(config.poll.concurrency);
  let checked = 0;
  const onProgress = (fields: object) => tell({ ...fields, checked });
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
      checkTarget(target, label, config.metrics.nodes, clients, signal, {
        watch: watch(label),
        onProgress,
        onChecked,
      }).catch((error: unknown) => [bad(label, error)]),
    );
  });
  for (const check of checks) yield* await check;
}

interface Progress {
  readonly watch: ListWatch;
  readonly onProgress: (fields: object) => void;
  readonly onChecked: () => void;
}

async function checkTarget(
  target: WorkspaceConfig,
  label: string,
  nodes: Config['metrics']['nodes'],
  clients: Clients,
  signal: AbortSignal,
  { watch, onProgress, onChecked }: Progress,
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
      findings.push(...(await checkWorkspace(secmaster, workspaceId, name, nodes, signal, onProgress)));
    } catch (error) {
      findings.push(bad(name, error));
    } finally {
      onChecked();
    }
  }
  return findings;
}

async function checkWorkspace(
  secmaster: SecMaster,
  workspaceId: string,
  name: string,
  nodes: Config['metrics']['nodes'],
  signal: AbortSignal,
  onProgress: Progress['onProgress'],
): Promise<OnlineFinding[]> {
  const pages: Page[] = [];
  const ask = async (query: ListQuery) => {
    const page = await secmaster.listInstances(workspaceId, query, signal);
    pages.push(page);
    onProgress({ workspace: name, requests: pages.length });
    return page;
  };
  const profile = await probe(ask, secmaster.now);
  const first = pages.find(({ instances }) => instances.length > 0) ?? pages[0];
  const count = first?.count ?? null;
  const findings = [good(`${name}: ${count === null ? '' : `${count} `}instances can be listed`)];
  const newest = first?.instances[0];
  if (nodes !== 'off' && newest !== undefined) {
    const shown = secmaster.showInstance(workspaceId, newest.id, signal).then(
      () => good(`${name}: the nodes of failed runs can be read`),
      (error: unknown) => bad(`${name}: the nodes of failed runs can't be read`, error),
    );
    findings.push(await shown);
  }
  findings.push(await checkPlaybooks(secmaster, workspaceId, name, signal));
  return [...findings, ...profileLines(profile).map((line) => good(`  ${line}`))];
}

/** Nothing but `secmaster_playbook_enabled` needs this list, so no permission for it is no fault. */
async function checkPlaybooks(
  secmaster: SecMaster,
  workspaceId: string,
  name: string,
  signal: AbortSignal,
): Promise<OnlineFinding> {
  try {
    const { playbooks, problem } = await secmaster.listPlaybooks(workspaceId, signal);
    const unexpected = problem === null ? '' : ` (unexpected: ${problem})`;
    return good(`${name}: ${playbooks.length} playbooks can be listed${unexpected}`);
  } catch (error) {
    const isRefused = error instanceof SecMasterError && (error.kind === 'forbidden' || error.kind === 'not_found');
    const label = `${name}: the playbooks can't be listed`;
    return isRefused ? good(`${label}, so secmaster_playbook_enabled is missing: ${error.message}`) : bad(label, error);
  }
}

function good(line: string): OnlineFinding {
  return { isGood: true, line };
}

function bad(label: string, error: unknown): OnlineFinding {
  if (error instanceof SecMasterError) return { isGood: false, line: `${label}: ${error.message}` };
  throw error;
}
