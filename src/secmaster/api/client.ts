import type { Filters, Language } from '../../config/config.ts';
import { holdsSecret } from '../../model/known-secrets.ts';
import { canonicalTriggerType } from '../../model/status.ts';
import { isId } from '../../model/text.ts';
import { writeTime } from '../../model/time.ts';
import type { Credentials } from '../credentials/credentials.ts';
import type { Advice } from '../http/answer-error.ts';
import type { Get } from '../http/get.ts';
import type { ServerClock } from '../http/server-clock.ts';
import type { Query } from '../http/sign.ts';
import { isFilteredHere, rowFilter, sentFilters } from './filters.ts';
import { parsePlaybooks, readPlaybooks } from './playbook-list.ts';
import { parseCount, parsePage, parseShown } from './rows.ts';
import { maxRows, workspacesSchema } from './schema.ts';
import { type ListQuery, type ListWatch, pageSize, type SecMaster } from './secmaster.ts';
import { readWorkspaces, type WorkspacePage } from './workspace-list.ts';

export interface ClientParts {
  readonly get: Get;
  /** Of SecMaster. */
  readonly clock: ServerClock;
  readonly credentials: Pick<Credentials, 'expiresAtMs'>;
  readonly projectId: string;
  readonly filters: Filters;
  readonly language: Language;
}

/** The calls of one project. */
export function createClient({ get, clock, credentials, projectId, filters, language }: ClientParts): SecMaster {
  const isWanted = rowFilter(filters);
  const workspacesPath = `/v1/${projectId}/workspaces`;

  const workspacePages = (signal: AbortSignal, watch?: ListWatch) =>
    readWorkspaces(
      (offset, limit) =>
        get(
          {
            operation: 'list_workspaces',
            path: workspacesPath,
            query: place(offset, limit),
            expected: `a list of at most ${maxRows} workspaces`,
            read: parseWorkspaces,
          },
          signal,
        ),
      watch,
    );

  return {
    now: clock.now,
    answeredMs: clock.dateMs,
    clockProblem: clock.problem,
    credentialsExpireAtMs: credentials.expiresAtMs,
    countsFilteredOut: isFilteredHere(filters),
    onlyTriggerTypes: filters.triggerType.map(canonicalTriggerType),
    listInstances: (workspaceId, query, signal) =>
      get(
        {
          operation: 'list_instances',
          path: `${workspacesPath}/${workspaceId}/soc/workflows/instances`,
          query: withFilters(listParameters(query), sentFilters(filters)),
          expected: `a list of at most ${maxRows} instances`,
          read: (body) => parsePage(body, language, isWanted),
        },
        signal,
      ),
    showInstance: (workspaceId, instanceId, signal, priority) =>
      get(
        {
          operation: 'show_instance',
          // Encoded here too, so that an id is one path segment whatever it contains.
          path: `${workspacesPath}/${workspaceId}/soc/workflows/instances/${encodeURIComponent(instanceId)}`,
          query: [['show_topology', 'true']],
          isSpare: priority === 'spare',
          expected: 'an instance',
          read: (body) => parseShown(body, language, isWanted),
        },
        signal,
      ),
    async workspaceName(workspaceId, signal, watch) {
      for await (const workspaces of workspacePages(signal, watch)) {
        const found = workspaces.find(({ id }) => id === workspaceId);
        if (found !== undefined) return found.name || workspaceId;
      }
      return null;
    },
    async listWorkspaces(signal, watch) {
      const found = new Map<string, string>();
      for await (const workspaces of workspacePages(signal, watch))
        for (const { id, name, is_view } of workspaces)
          if (id && isId(id) && !holdsSecret(id) && is_view !== true) found.set(id, name || id);
      return [...found].map(([workspaceId, name]) => ({ workspaceId, name }));
    },
    listPlaybooks: (workspaceId, signal) =>
      readPlaybooks(
        (offset, limit) =>
          get(
            {
              operation: 'list_playbooks',
              path: `${workspacesPath}/${workspaceId}/soc/playbooks`,
              query: place(offset, limit),
              expected: `a list of at most ${maxRows} playbooks`,
              advice: noPlaybooks,
              read: parsePlaybooks,
            },
            signal,
          ),
        { language, filters },
      ),
  };
}

const noPlaybooks: Advice = {
  forbidden: 'grant the permission secmaster:playbook:list',
  not_found:
    'this SecMaster has no list of playbooks, or does not show it without the permission secmaster:playbook:list',
};

/** limit is mandatory in short lists, in some of them offset as well. */
function place(offset: number, limit: number): Query {
  return [
    ['limit', String(limit)],
    ['offset', String(offset)],
  ];
}

function parseWorkspaces(body: unknown): WorkspacePage | null {
  const { data } = workspacesSchema.safeParse(body);
  return data === undefined ? null : { count: parseCount(data.count), rows: data.workspaces ?? [] };
}

/** A parameter is sent once. */
function withFilters(parameters: Query, filters: Query): Query {
  return [...parameters, ...filters.filter(([name]) => !parameters.some(([asked]) => asked === name))];
}

function listParameters(query: ListQuery): Query {
  const {
    sortKey,
    sortDir,
    offset,
    limit = pageSize,
    fromMs,
    toMs,
    dateForm = '…Z+0800',
    id,
    status,
    triggerType,
  } = query;
  const parameters: [string, string | undefined][] = [
    ['limit', String(limit)],
    ['offset', String(offset)],
    ['sort_key', sortKey],
    ['sort_dir', sortDir],
    ['from_date', fromMs === undefined ? undefined : writeTime(fromMs, dateForm)],
    ['to_date', toMs === undefined ? undefined : writeTime(toMs, dateForm)],
    ['id', id],
    ['status', status],
    ['trigger_type', triggerType],
  ];
  return parameters.filter((parameter): parameter is [string, string] => parameter[1] !== undefined);
}
