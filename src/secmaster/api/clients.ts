import type { Dispatcher } from 'undici';
import type { Clock } from '../../clock.ts';
import type { Language, WorkspaceConfig } from '../../config/config.ts';
import type { Logger } from '../../log.ts';
import { type CircuitBreaker, createCircuitBreaker } from '../credentials/circuit-breaker.ts';
import type { Credentials } from '../credentials/credentials.ts';
import type { Obtaining } from '../credentials/obtaining.ts';
import { accountKey, breakerKey, createCredentials } from '../credentials/registry.ts';
import { createEndpoint, type Endpoint } from '../http/endpoint.ts';
import { SecMasterError } from '../http/errors.ts';
import { createGet } from '../http/get.ts';
import { createSend, type Observe } from '../http/send.ts';
import { createClient } from './client.ts';
import { projectsSchema } from './schema.ts';
import type { SecMaster } from './secmaster.ts';

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
  readonly breakers: Map<string, CircuitBreaker>;
  readonly credentials: Map<string, Credentials>;
}

export function createShared(): Shared {
  return { endpoints: new Map(), breakers: new Map(), credentials: new Map() };
}

export interface Clients {
  secmaster(account: Account, projectId: string): SecMaster;
  /** The id of the project that has the region's name; fails as `not_found` unless there is exactly one. */
  findProject(account: Account, region: string, signal: AbortSignal): Promise<string>;
}

/**
 * Makes the clients of one configuration. What belongs together is shared between them, and with those of the configuration
 * before: rate limit and clock by endpoint, the token by user and project, the circuit breaker by user or access key.
 */
export function createClients(options: ClientOptions, before: Shared = createShared()): Clients {
  const { clock, log } = options;
  const send = createSend({ ...options, userAgent: `secmaster-exporter/${options.version}` });
  const sendLocally = createSend({
    ...options,
    timeoutMs: Math.min(options.timeoutMs, metadataTimeoutMs),
    userAgent: `secmaster-exporter/${options.version}`,
  });
  const { endpoints, breakers, credentials } = before;
  const endpointOf = (origin: string) =>
    shared(endpoints, `${origin} ${options.rateLimit}`, () => createEndpoint(origin, options.rateLimit, clock));

  /** Whose calls go to one endpoint; what a token is for is part of what credentials are. */
  function connect({ iamEndpoint, credentials: config }: Account, endpoint: Endpoint, project: Obtaining['project']) {
    const iam = endpointOf(iamEndpoint);
    const key = accountKey(config, iam);
    const own = shared(credentials, `${key} ${JSON.stringify(project)}`, () =>
      createCredentials(config, { project, iam, endpointOf, send, sendLocally, clock, log }),
    );
    const breaker = shared(breakers, breakerKey(config, iam), () => createCircuitBreaker(clock, log));
    const headers = 'id' in project ? { 'x-project-id': project.id } : {};
    return { credentials: own, get: createGet({ send, endpoint, breaker, credentials: own, headers }) };
  }

  return {
    secmaster(account, projectId) {
      const endpoint = endpointOf(account.endpoint);
      const parts = connect(account, endpoint, { id: projectId });
      return createClient({
        ...parts,
        clock: endpoint.clock,
        projectId,
        filters: account.filters,
        language: options.language,
      });
    },
    async findProject(account, region, signal) {
      const { get } = connect(account, endpointOf(account.iamEndpoint), { name: region });
      const projects = await get(
        {
          operation: 'list_projects',
          path: '/v3/projects',
          query: [['name', region]],
          expected: 'a list of projects',
          advice: { forbidden: 'give project_id, or the permission iam:projects:list' },
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

function shared<T>(map: Map<string, T>, key: string, create: () => T): T {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const created = create();
  map.set(key, created);
  return created;
}
