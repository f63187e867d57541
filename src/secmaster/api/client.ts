import type { Filters, Language } from '../../config/config.ts';
import { formatTime } from '../../model/time.ts';
import type { Credentials } from '../credentials/credentials.ts';
import type { Get } from '../http/get.ts';
import type { ServerClock } from '../http/server-clock.ts';
import type { Query } from '../http/sign.ts';
import { rowFilter, sentFilters } from './filters.ts';
import { parsePage, parseShown } from './rows.ts';
import { workspacesSchema } from './schema.ts';
import { type ListQuery, maxOffset, pageSize, type SecMaster } from './secmaster.ts';

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

  async function* workspacePages(signal: AbortSignal) {
    for (let offset = 0; offset <= maxOffset; ) {
      const query = [
        ['limit', String(pageSize)],
        ['offset', String(offset)],
      ] as const;
      const workspaces = await get(
        {
          operation: 'list_workspaces',
          path: workspacesPath,
          query,
          expected: 'a list of workspaces',
          read: (body) => workspacesSchema.safeParse(body).data ?? null,
        },
        signal,
      );
      // A server may return fewer rows than the limit, so only an empty page is the end.
      if (workspaces.length === 0) return;
      yield workspaces;
      offset += workspaces.length;
    }
  }

  return {
    now: clock.now,
    answeredMs: clock.dateMs,
    credentialsExpireAtMs: credentials.expiresAtMs,
    countsFilteredOut: isWanted !== null,
    listInstances: (workspaceId, query, signal) =>
      get(
        {
          operation: 'list_instances',
          path: `${workspacesPath}/${workspaceId}/soc/workflows/instances`,
          query: [...listParameters(query), ...sentFilters(filters)],
          expected: 'a list of instances',
          read: (body) => parsePage(body, language, isWanted),
        },
        signal,
      ),
    showInstance: (workspaceId, instanceId, signal) =>
      get(
        {
          operation: 'show_instance',
          // Encoded here too, so that an id is one path segment whatever it contains.
          path: `${workspacesPath}/${workspaceId}/soc/workflows/instances/${encodeURIComponent(instanceId)}`,
          query: [['show_topology', 'true']],
          expected: 'an instance',
          read: (body) => parseShown(body, language),
        },
        signal,
      ),
    async workspaceName(workspaceId, signal) {
      for await (const workspaces of workspacePages(signal)) {
        const found = workspaces.find(({ id }) => id === workspaceId);
        if (found !== undefined) return found.name || workspaceId;
      }
      return null;
    },
    async listWorkspaces(signal) {
      const found = new Map<string, string>();
      for await (const workspaces of workspacePages(signal))
        for (const { id, name, is_view } of workspaces) if (id && is_view !== true) found.set(id, name || id);
      return [...found].map(([workspaceId, name]) => ({ workspaceId, name }));
    },
  };
}

function listParameters({ sortKey, sortDir, offset, limit = pageSize, fromMs, toMs, id, status }: ListQuery): Query {
  const parameters: [string, string | undefined][] = [
    ['limit', String(limit)],
    ['offset', String(offset)],
    ['sort_key', sortKey],
    ['sort_dir', sortDir],
    ['from_date', fromMs === undefined ? undefined : formatTime(fromMs)],
    ['to_date', toMs === undefined ? undefined : formatTime(toMs)],
    ['id', id],
    ['status', status],
  ];
  return parameters.filter((parameter): parameter is [string, string] => parameter[1] !== undefined);
}
