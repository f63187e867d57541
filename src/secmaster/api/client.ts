import type { Dispatcher } from 'undici';
import type { Clock } from '../../clock.ts';
import type { Filters, Language, WorkspaceConfig } from '../../config/config.ts';
import type { Logger } from '../../log.ts';
import { formatTime } from '../../model/time.ts';
import { createGate, type Gate } from '../credentials/circuit-breaker.ts';
import type { Credentials } from '../credentials/credentials.ts';
import type { Obtaining } from '../credentials/obtaining.ts';
import { accountKey, createCredentials, gateKey } from '../credentials/registry.ts';
import { createEndpoint, type Endpoint } from '../http/endpoint.ts';
import { SecMasterError } from '../http/errors.ts';
import { createGet, type Get } from '../http/get.ts';
import { createSend, type Observe } from '../http/send.ts';
import type { Query } from '../http/sign.ts';
import { rowFilter, sentFilters } from './filters.ts';
import { parsePage, parseShown } from './rows.ts';
import { projectsSchema, workspacesSchema } from './schema.ts';
import { type ListQuery, maxOffset, pageSize, type SecMaster } from './secmaster.ts';

export interface ClientOptions {
  /** TLS, proxy and connections are its business. */
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of the exporter, for the header `user-agent`. */
  readonly version: string;
  readonly timeoutMs: number;
  /** Requests a second, for each endpoint. */
  readonly rateLimit: number;
  readonly language: Language;
  readonly observe: Observe;
}

/** The metadata service is on the machine itself: where it doesn't answer soon there is none. */
const metadataTimeoutMs = 3_000;

export type Account = Pick<WorkspaceConfig, 'endpoint' | 'iamEndpoint' | 'credentials' | 'filters'>;

/** What outlives a reload: six refusals lock an access key, whichever configuration they belong to. */
export interface Shared {
  readonly endpoints: Map<string, Endpoint>;
  readonly gates: Map<string, Gate>;
  readonly credentials: Map<string, Credentials>;
}

export function createShared(): Shared {
  return { endpoints: new Map(), gates: new Map(), credentials: new Map() };
}

export interface Clients {
  secmaster(account: Account, projectId: string): SecMaster;
  /** The id of the project that has the region's name; fails as `not_found` unless there is exactly one. */
  findProject(account: Account, region: string, signal: AbortSignal): Promise<string>;
}

/**
 * Makes the clients of one configuration. What belongs together is shared between them, and with those of the configuration
 * before: rate limit and clock by endpoint, the token by user and project, the gate after a refusal by user or access key.
 */
export function createClients(options: ClientOptions, before: Shared = createShared()): Clients {
  const { clock, log } = options;
  const send = createSend({ ...options, userAgent: `secmaster-exporter/${options.version}` });
  const sendLocally = createSend({
    ...options,
    timeoutMs: Math.min(options.timeoutMs, metadataTimeoutMs),
    userAgent: `secmaster-exporter/${options.version}`,
  });
  const { endpoints, gates, credentials } = before;
  const endpointOf = (origin: string) =>
    shared(endpoints, `${origin} ${options.rateLimit}`, () => createEndpoint(origin, options.rateLimit, clock));

  /** Whose calls go to one endpoint; what a token is for is part of what credentials are. */
  function connect({ iamEndpoint, credentials: config }: Account, endpoint: Endpoint, project: Obtaining['project']) {
    const iam = endpointOf(iamEndpoint);
    const key = accountKey(config, iam);
    const own = shared(credentials, `${key} ${JSON.stringify(project)}`, () =>
      createCredentials(config, { project, iam, endpointOf, send, sendLocally, clock, log }),
    );
    const gate = shared(gates, gateKey(config, iam), () => createGate(clock, log));
    const headers = 'id' in project ? { 'x-project-id': project.id } : {};
    return { credentials: own, get: createGet({ send, endpoint, gate, credentials: own, headers }) };
  }

  return {
    secmaster(account, projectId) {
      const endpoint = endpointOf(account.endpoint);
      const parts = connect(account, endpoint, { id: projectId });
      return createClient({ ...parts, endpoint, projectId, filters: account.filters, language: options.language });
    },
    async findProject(account, region, signal) {
      const { get } = connect(account, endpointOf(account.iamEndpoint), { name: region });
      const projects = await get(
        {
          operation: 'list_projects',
          path: '/v3/projects',
          query: [['name', region]],
          expected: 'a list of projects',
          read: (body) => projectsSchema.safeParse(body).data ?? null,
        },
        signal,
      );
      const [only, second] = projects;
      if (only !== undefined && second === undefined) return only.id;
      const message = `IAM knows ${only === undefined ? 'no project' : `${projects.length} projects`} named ${region} for these credentials: give project_id, or check region`;
      throw new SecMasterError('not_found', 'list_projects', message);
    },
  };
}

interface Parts {
  readonly get: Get;
  readonly endpoint: Endpoint;
  readonly credentials: Credentials;
  readonly projectId: string;
  readonly filters: Filters;
  readonly language: Language;
}

function createClient({ get, endpoint, credentials, projectId, filters, language }: Parts): SecMaster {
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
      // A server may give fewer rows than the limit asks for, so only an empty page is the end.
      if (workspaces.length === 0) return;
      yield workspaces;
      offset += workspaces.length;
    }
  }

  return {
    now: () => endpoint.clock.now(),
    answeredMs: () => endpoint.clock.dateMs(),
    credentialsExpireAtMs: () => credentials.expiresAtMs(),
    countsLeftOut: isWanted !== null,
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
          // Encoded here as well, so that an id is one segment of the path whatever is in it.
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

function shared<T>(map: Map<string, T>, key: string, create: () => T): T {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const created = create();
  map.set(key, created);
  return created;
}
