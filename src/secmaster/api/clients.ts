import type { Clock } from '../../clock.ts';
import type { Language, WorkspaceConfig } from '../../config/config.ts';
import type { Logger } from '../../log.ts';
import { type CircuitBreaker, createCircuitBreaker } from '../credentials/circuit-breaker.ts';
import type { Credentials } from '../credentials/credentials.ts';
import type { Obtaining } from '../credentials/obtaining.ts';
import { accountKey, breakerKey, createCredentials, isOfMachine } from '../credentials/registry.ts';
import {
  createSharedCircuit,
  type Replicas,
  type SeenTask,
  type SharedCircuit,
} from '../credentials/shared-circuit.ts';
import { createEndpoint, type Endpoint } from '../http/endpoint.ts';
import { SecMasterError } from '../http/errors.ts';
import { createGet } from '../http/get.ts';
import type { Sharers } from '../http/rate-limit.ts';
import { type Routes, routeKey } from '../http/routes.ts';
import { createSend, type Observe } from '../http/send.ts';
import { createClient } from './client.ts';
import { projectsSchema } from './schema.ts';
import type { SecMaster } from './secmaster.ts';

export interface ClientOptions {
  readonly routes: Pick<Routes, 'of'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** The exporter's version, for the header `user-agent`. */
  readonly version: string;
  readonly timeoutMs: number;
  /** Requests per second and endpoint. */
  readonly rateLimit: number;
  readonly language: Language;
  /** Called with each request and the region of the workspaces that it is for. */
  readonly observe: (region: string, ...request: Parameters<Observe>) => void;
}

/** The metadata service is on the machine itself: if it doesn't respond soon, there is none. */
const metadataTimeoutMs = 3_000;

export type Account = Pick<
  WorkspaceConfig,
  'region' | 'endpoint' | 'iamEndpoint' | 'tls' | 'proxyUrl' | 'credentials' | 'filters'
>;

/** What outlives a reload, because six refusals lock an access key, whichever configuration they come from. */
export interface Shared {
  readonly endpoints: Map<string, Endpoint>;
  readonly breakers: Map<string, CircuitBreaker>;
  readonly credentials: Map<string, Credentials>;
  /** Who else uses the same credentials; null: nobody. */
  readonly replicas: Replicas | null;
  /** Those that the replicas share. */
  readonly circuits: SharedCircuit[];
  /** How many processes share the rate limit. */
  readonly sharers: Sharers;
  /** To be called with each look at the other replicas. Never fails. */
  looked(look: ReplicasLook): Promise<void>;
}

export interface ReplicasLook {
  readonly tasks: ReadonlyMap<string, SeenTask>;
  /** How many replicas poll a workspace, this one included if it does: each takes its share of the rate limit. */
  readonly polling: number;
}

export function createShared(replicas: Replicas | null = null): Shared {
  const circuits: SharedCircuit[] = [];
  let sharers = 1;
  return {
    endpoints: new Map(),
    breakers: new Map(),
    credentials: new Map(),
    replicas,
    circuits,
    sharers: () => sharers,
    async looked({ tasks, polling }) {
      sharers = Math.max(1, polling);
      await Promise.all(circuits.map((circuit) => circuit.seen(tasks)));
    },
  };
}

export interface Clients {
  secmaster(account: Account, projectId: string): SecMaster;
  /** The id of the project named like the region; fails as `not_found` unless there is exactly one. */
  findProject(account: Account, region: string, signal: AbortSignal): Promise<string>;
}

/**
 * Creates the clients of one configuration. They share, with each other and with those of the previous configuration: rate
 * limit and clock by endpoint, the token by user, project and route, the circuit breaker by user or access key. With other replicas they
 * share the rate limit and the circuit breakers.
 */
export function createClients(options: ClientOptions, before: Shared = createShared()): Clients {
  const { clock, log } = options;
  const userAgent = `secmaster-exporter/${options.version}`;
  const { endpoints, breakers, credentials, replicas, circuits, sharers } = before;
  const endpointOf = (origin: string) =>
    shared(endpoints, `${origin} ${options.rateLimit}`, () =>
      createEndpoint(origin, options.rateLimit, clock, sharers),
    );

  function breakerOf(config: Account['credentials'], iam: Endpoint): CircuitBreaker {
    const key = breakerKey(config, iam);
    return shared(breakers, key, () => {
      if (replicas === null || isOfMachine(config)) return createCircuitBreaker(clock, log);
      const circuit = createSharedCircuit(key, replicas, clock);
      circuits.push(circuit);
      return createCircuitBreaker(clock, log, circuit);
    });
  }

  /** Credentials and calls for one endpoint. Credentials for another project are other credentials. */
  function connect(account: Account, endpoint: Endpoint, project: Obtaining['project']) {
    const { iamEndpoint, credentials: config } = account;
    const iam = endpointOf(iamEndpoint);
    const route = options.routes.of(account);
    const observe: Observe = (...request) => options.observe(account.region, ...request);
    const send = createSend({ ...options, observe, route, userAgent });
    const timeoutMs = Math.min(options.timeoutMs, metadataTimeoutMs);
    const sendLocally = createSend({ ...options, observe, route, timeoutMs, userAgent });
    const key = JSON.stringify([accountKey(config, iam), project, routeKey(account)]);
    const own = shared(credentials, key, () =>
      createCredentials(config, { project, iam, endpointOf, send, sendLocally, clock, log }),
    );
    const breaker = breakerOf(config, iam);
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
          advice: { forbidden: 'set project_id, or grant the permission iam:projects:list' },
          read: (body) => projectsSchema.safeParse(body).data ?? null,
        },
        signal,
      );
      const [only, second] = projects;
      if (only !== undefined && second === undefined) return only.id;
      const message = `IAM lists ${only === undefined ? 'no project' : `${projects.length} projects`} named ${region} for these credentials: set project_id, or check region`;
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
