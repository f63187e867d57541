import { keepSecret } from '../../model/known-secrets.ts';
import type { CircuitBreaker } from '../credentials/circuit-breaker.ts';
import type { Authorization, Credentials } from '../credentials/credentials.ts';
import { type Advice, unexpectedBodyError } from './answer-error.ts';
import type { Endpoint } from './endpoint.ts';
import type { Operation, SecMasterError } from './errors.ts';
import type { Send } from './send.ts';
import type { Query } from './sign.ts';

/** A GET with credentials, through their circuit breaker, that returns the parsed JSON. */
export type Get = <T>(asked: Asked<T>, signal: AbortSignal) => Promise<T>;

export interface Asked<T> {
  readonly operation: Operation;
  readonly path: string;
  readonly query: Query;
  /** Whether it waits until no other request does. */
  readonly isSpare?: boolean;
  /** What the body should contain, for the error message if it doesn't. */
  readonly expected: string;
  readonly read: (body: unknown) => T | null;
  readonly advice?: Advice;
}

export interface GetParts {
  readonly send: Send;
  readonly endpoint: Endpoint;
  readonly breaker: CircuitBreaker;
  readonly credentials: Credentials;
  /** Sent and signed with every request. */
  readonly headers: Readonly<Record<string, string>>;
}

export function createGet({ send, endpoint, breaker, credentials, headers }: GetParts): Get {
  const now = () => endpoint.clock.now();

  return ({ operation, path, query, isSpare = false, expected, read, advice = {} }, signal) => {
    let authorization: Authorization = { headers: {}, fingerprint: '' };
    let authorizedAtMs = now();
    const attempt = async () => {
      authorizedAtMs = now();
      const request = { method: 'GET', path, query, body: '', headers: { host: endpoint.host, ...headers } };
      authorization = await credentials.authorize(request, authorizedAtMs, signal);
      const { 'x-auth-token': token } = authorization.headers;
      if (token !== undefined) keepSecret(token);
      const asked = { operation, secrets: Object.values(authorization.headers), advice };
      // Mandatory (docs/secmaster-api.md#query-parameters), although there is no body; it isn't signed.
      const allHeaders = {
        ...request.headers,
        ...authorization.headers,
        'content-type': 'application/json;charset=UTF-8',
      };
      const answer = await send({ ...request, ...asked, endpoint, isSpare, headers: allHeaders }, signal);
      credentials.accepted?.(authorization);
      const result = read(answer.json);
      if (result === null) throw unexpectedBodyError(asked, answer, expected);
      return result;
    };
    // A refusal by IAM is final: the same name and password would be refused again.
    const secondChance = (refusal: SecMasterError) => {
      if (refusal.operation !== operation) return false;
      endpoint.clock.believeLatest();
      return credentials.refused({ ...authorization, authorizedAtMs, nowMs: now() });
    };
    const { refresh, fingerprint } = credentials;
    return breaker.run({ operation, attempt, secondChance, refresh, fingerprint }, signal);
  };
}
