import type { CredentialsConfig } from '../../config/config.ts';
import type { Endpoint } from '../http/endpoint.ts';
import type { Send } from '../http/send.ts';
import type { Credentials } from './credentials.ts';
import type { Obtaining } from './obtaining.ts';

/** A kind of credentials: how they are made, and what they are to SecMaster. */
export interface Kind<C> {
  create(config: C, context: CredentialsContext): Credentials;
  /** What they buy comes from IAM: at another IAM they are other credentials. */
  readonly usesIam?: boolean;
  /** What SecMaster locks together, where another secret of the same key or user is no other account to it; without it, all. */
  locked?(config: C): readonly unknown[];
}

export type ConfigOf<K extends CredentialsConfig['kind']> = Extract<CredentialsConfig, { kind: K }>;

export interface CredentialsContext extends Obtaining {
  readonly endpointOf: (origin: string) => Endpoint;
  /** To the metadata service. */
  readonly sendLocally: Send;
}
