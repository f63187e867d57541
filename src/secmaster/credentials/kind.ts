import type { CredentialsConfig } from '../../config/config.ts';
import type { Endpoint } from '../http/endpoint.ts';
import type { Send } from '../http/send.ts';
import type { Credentials } from './credentials.ts';
import type { Obtaining } from './obtaining.ts';

/** A kind of credentials: how they are created, and what SecMaster or IAM locks after refusals. */
export interface Kind<C> {
  create(config: C, context: CredentialsContext): Credentials;
  /** Whether IAM issues what they obtain: with another IAM they are other credentials. */
  readonly usesIam?: boolean;
  /** Whether each machine has its own: a refusal of another machine's says nothing about these. */
  readonly isOfMachine?: boolean;
  /** The parts that identify what SecMaster locks, such as the key without its secret; without this, all parts. */
  locked?(config: C): readonly unknown[];
}

export type ConfigOf<K extends CredentialsConfig['kind']> = Extract<CredentialsConfig, { kind: K }>;

export interface CredentialsContext extends Obtaining {
  readonly endpointOf: (origin: string) => Endpoint;
  /** To the metadata service. */
  readonly sendLocally: Send;
}
