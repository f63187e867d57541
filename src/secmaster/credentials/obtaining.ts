import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { Endpoint } from '../http/endpoint.ts';
import type { Send } from '../http/send.ts';

/** What credentials need that are obtained from IAM or from the metadata service. */
export interface Obtaining {
  /** The project that a token is for, by its id, or by its name, which is the region's. */
  readonly project: { readonly id: string } | { readonly name: string };
  readonly iam: Endpoint;
  readonly send: Send;
  readonly clock: Clock;
  readonly log: Logger;
}
