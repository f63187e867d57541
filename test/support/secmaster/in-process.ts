import type { Clock } from '../../../src/clock.ts';
import type { Filters } from '../../../src/config/config.ts';
import type { Logger } from '../../../src/log.ts';
import { createClient } from '../../../src/secmaster/api/client.ts';
import type { SecMaster } from '../../../src/secmaster/api/secmaster.ts';
import { createCircuitBreaker } from '../../../src/secmaster/credentials/circuit-breaker.ts';
import type { Credentials } from '../../../src/secmaster/credentials/credentials.ts';
import { abortedError } from '../../../src/secmaster/http/abort.ts';
import { readAnswer } from '../../../src/secmaster/http/answer.ts';
import { createEndpoint } from '../../../src/secmaster/http/endpoint.ts';
import { createGet } from '../../../src/secmaster/http/get.ts';
import { networkError } from '../../../src/secmaster/http/network-error.ts';
import { type Send, target } from '../../../src/secmaster/http/send.ts';
import { defaultProject, defaultUser } from '../../../src/simulator/defaults.ts';
import type { Simulator } from '../../../src/simulator/simulator.ts';

export interface ClientOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly filters: Filters;
}

/** The real client before a simulator in this process: all but sockets, and with them retries, rate limit and timeout. */
export function createClientInProcess(simulator: Simulator, { clock, log, filters }: ClientOptions): SecMaster {
  const endpoint = createEndpoint('http://secmaster.simulated', Number.POSITIVE_INFINITY, clock);
  const send = createSendInProcess(simulator, clock);
  const projectId = defaultProject.id;
  const credentials = tokenOf(simulator);
  const breaker = createCircuitBreaker(clock, log);
  const get = createGet({ send, endpoint, breaker, credentials, headers: { 'x-project-id': projectId } });
  return createClient({ get, clock: endpoint.clock, credentials, projectId, filters, language: 'en' });
}

/** Credentials that never expire, so that they cost a poll nothing and show nowhere. */
function tokenOf(simulator: Simulator): Credentials {
  let token: Promise<string> | null = null;
  return {
    refresh: async () => {},
    async authorize() {
      token ??= buyToken(simulator);
      return { headers: { 'x-auth-token': await token }, fingerprint: '' };
    },
    refused: () => false,
    fingerprint: () => '',
    expiresAtMs: () => null,
  };
}

/** A token of IAM for the default project, as long as the simulator's tokens live. */
export async function buyToken(simulator: Simulator, { domain, user } = defaultUser): Promise<string> {
  const password = simulator.accounts.users().find((one) => one.user === user)?.password;
  const identity = { methods: ['password'], password: { user: { name: user, password, domain: { name: domain } } } };
  const body = JSON.stringify({ auth: { identity, scope: { project: { id: defaultProject.id } } } });
  const answer = await simulator.app.request('/v3/auth/tokens', { method: 'POST', body });
  return answer.headers.get('x-subject-token') ?? '';
}

/** A `Send` that hands each request to the simulator's app. */
export function createSendInProcess({ app }: Pick<Simulator, 'app'>, clock: Clock): Send {
  return async (request, signal) => {
    const { operation, endpoint, method, headers, body } = request;
    if (signal.aborted) throw abortedError(operation);
    const sentAtMs = clock.now();
    const url = endpoint.origin + target(request);
    const response = await Promise.resolve(
      app.request(url, { method, headers, ...(body === '' ? {} : { body }) }),
    ).catch((error: unknown) => {
      throw networkError(operation, endpoint.host, error);
    });
    endpoint.clock.learn(response.headers.get('date') ?? undefined, sentAtMs, clock.now());
    return readAnswer(request, {
      httpStatus: response.status,
      headers: Object.fromEntries(response.headers),
      body: wholeBody(response),
    });
  };
}

/** In one piece, which is faster. */
async function* wholeBody(response: Response): AsyncIterable<Uint8Array> {
  yield await response.bytes();
}
