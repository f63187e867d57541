import { keepSecret } from '../../model/known-secrets.ts';
import type { HttpRequest } from '../http/answer.ts';
import type { Endpoint } from '../http/endpoint.ts';
import { SecMasterError } from '../http/errors.ts';
import type { AccessKeys } from './access-keys.ts';
import type { Credentials } from './credentials.ts';
import type { ConfigOf, Kind } from './kind.ts';
import type { Obtaining } from './obtaining.ts';
import { createTemporaryCredentials, readTemporaryKeys } from './temporary-keys.ts';
import { createTokenCache, type Obtained } from './token-cache.ts';

/**
 * Temporary keys of the agency of an ECS or CCE node, from the node's metadata service
 * (docs/secmaster-api.md#metadata-service).
 */

/** Each fetch of keys requests a new token, so it needn't last. */
const tokenLifeSeconds = 60;

export const agency: Kind<ConfigOf<'agency'>> = {
  create: ({ endpoint }, context) =>
    createAgencyCredentials(context.endpointOf(endpoint), { ...context, send: context.sendLocally }),
  isOfMachine: true,
};

function createAgencyCredentials(metadata: Endpoint, context: Obtaining): Credentials {
  const keys = createTokenCache({
    ...context,
    name: 'temporary keys',
    operation: 'get_metadata_token',
    obtain: () => obtainKeys(metadata, context),
  });
  // The user provides nothing that could change.
  return createTemporaryCredentials(keys, null);
}

async function obtainKeys(metadata: Endpoint, { send }: Obtaining): Promise<Obtained<AccessKeys>> {
  const signal = new AbortController().signal;
  const common = { endpoint: metadata, query: [], body: '', secrets: [] };

  /** null: this service has version 1, which has no tokens. */
  async function token(): Promise<string | null> {
    const headers = { 'x-metadata-token-ttl-seconds': String(tokenLifeSeconds) };
    const path = '/meta-data/latest/api/token';
    try {
      const answer = await send(
        { ...common, operation: 'get_metadata_token', method: 'PUT', path, headers, isText: true },
        signal,
      );
      return answer.text.trim();
    } catch (error) {
      const isFirstVersion = error instanceof SecMasterError && [404, 405, 503].includes(error.httpStatus ?? 0);
      if (isFirstVersion) return null;
      throw error;
    }
  }

  try {
    const proof = await token();
    if (proof !== null) keepSecret(proof);
    const request: HttpRequest = {
      ...common,
      operation: 'get_security_key',
      method: 'GET',
      path: '/openstack/latest/securitykey',
      headers: proof === null ? {} : { 'x-metadata-token': proof },
    };
    return readTemporaryKeys(request, await send(request, signal));
  } catch (error) {
    // Not `unauthorized`, whatever the status: SecMaster has refused nothing.
    if (error instanceof SecMasterError) throw noKeys(error);
    throw error;
  }
}

function noKeys({ operation, message, httpStatus, code }: SecMasterError): SecMasterError {
  const said = message.replace(`${operation}: `, '').replace(/: .*/, '');
  const advice =
    'assign an agency with read access to SecMaster to this ECS or CCE node, or configure other credentials';
  return new SecMasterError('no_credentials', operation, `the metadata service returned no keys (${said}): ${advice}`, {
    httpStatus,
    code,
  });
}
