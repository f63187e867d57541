import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import type { Language, WorkspaceConfig } from '../config/config.ts';
import type { Logger } from '../log.ts';
import { formatTime } from '../model/time.ts';
import { unexpectedBodyError } from './answer-error.ts';
import { type ListQuery, maxOffset, pageSize, type SecMaster } from './api.ts';
import { accountKey, createCredentials } from './create-credentials.ts';
import type { Authorization, Credentials } from './credentials.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import type { Operation, SecMasterError } from './errors.ts';
import { createGate, type Gate } from './gate.ts';
import { createSend, type Observe, type Send } from './http.ts';
import { parsePage, parseShown } from './rows.ts';
import { workspacesSchema } from './schema.ts';
import type { Query } from './sign.ts';

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

export type Account = Pick<WorkspaceConfig, 'projectId' | 'endpoint' | 'iamEndpoint' | 'credentials'>;

/**
 * Makes the clients of one configuration. What belongs together is shared between them: rate limit and clock by
 * endpoint, the token by user and project, the gate after a refusal by user or access key.
 */
export function createClientFactory(options: ClientOptions): (account: Account) => SecMaster {
  const { clock, log } = options;
  const send = createSend({ ...options, userAgent: `secmaster-exporter/${options.version}` });
  const sendLocally = createSend({
    ...options,
    timeoutMs: Math.min(options.timeoutMs, metadataTimeoutMs),
    userAgent: `secmaster-exporter/${options.version}`,
  });
  const endpoints = new Map<string, Endpoint>();
  const gates = new Map<string, Gate>();
  const credentials = new Map<string, Credentials>();
  const endpointOf = (origin: string) =>
    shared(endpoints, origin, () => createEndpoint(origin, options.rateLimit, clock));

  return ({ projectId, endpoint, iamEndpoint, credentials: config }) => {
    const iam = endpointOf(iamEndpoint);
    const key = accountKey(config, iam);
    return createClient({
      send,
      endpoint: endpointOf(endpoint),
      gate: shared(gates, key, () => createGate(clock, log)),
      credentials: shared(credentials, `${key} ${projectId}`, () =>
        createCredentials(config, { project: { id: projectId }, iam, endpointOf, send, sendLocally, clock, log }),
      ),
      projectId,
      language: options.language,
    });
  };
}

interface Parts {
  readonly send: Send;
  readonly endpoint: Endpoint;
  readonly gate: Gate;
  readonly credentials: Credentials;
  readonly projectId: string;
  readonly language: Language;
}

function createClient({ send, endpoint, gate, credentials, projectId, language }: Parts): SecMaster {
  const now = () => endpoint.clock.now();
  const workspacesPath = `/v1/${projectId}/workspaces`;

  function get<T>({ operation, path, query, expected, read }: Get<T>, signal: AbortSignal): Promise<T> {
    let authorization: Authorization = { headers: {}, fingerprint: '' };
    let authorizedAtMs = now();
    const attempt = async () => {
      authorizedAtMs = now();
      const request = {
        method: 'GET',
        path,
        query,
        body: '',
        headers: { host: endpoint.host, 'x-project-id': projectId },
      };
      authorization = await credentials.authorize(request, authorizedAtMs, signal);
      const asked = { operation, secrets: Object.values(authorization.headers) };
      // The document has the content type as mandatory, although there is no content; it isn't signed.
      const allHeaders = {
        ...request.headers,
        ...authorization.headers,
        'content-type': 'application/json;charset=UTF-8',
      };
      const answer = await send({ ...request, ...asked, endpoint, headers: allHeaders }, signal);
      const result = read(answer.json);
      if (result === null) throw unexpectedBodyError(asked, answer, expected);
      return result;
    };
    // A refusal by IAM is final: name and password won't be better the second time.
    const secondChance = (refusal: SecMasterError) =>
      refusal.operation === operation && credentials.refused({ ...authorization, authorizedAtMs, nowMs: now() });
    return gate.run({ operation, attempt, secondChance, fingerprint: credentials.fingerprint }, signal);
  }

  return {
    now,
    answeredMs: () => endpoint.clock.dateMs(),
    credentialsExpireAtMs: () => credentials.expiresAtMs(),
    listInstances: (workspaceId, query, signal) =>
      get(
        {
          operation: 'list_instances',
          path: `${workspacesPath}/${workspaceId}/soc/workflows/instances`,
          query: listParameters(query),
          expected: 'a list of instances',
          read: (body) => parsePage(body, language),
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
        const found = workspaces.find(({ id }) => id === workspaceId);
        if (found !== undefined) return found.name || workspaceId;
        // A server may give fewer rows than the limit asks for, so only an empty page is the end.
        if (workspaces.length === 0) return null;
        offset += workspaces.length;
      }
      return null;
    },
  };
}

interface Get<T> {
  readonly operation: Operation;
  readonly path: string;
  readonly query: Query;
  /** What the body should hold, for the message where it doesn't. */
  readonly expected: string;
  readonly read: (body: unknown) => T | null;
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
