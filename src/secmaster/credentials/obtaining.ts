import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { Endpoint } from '../http/endpoint.ts';
import type { Send } from '../http/send.ts';

/** What credentials need that are bought from IAM or from the metadata service. */
export interface Obtaining {
  /** What a token is for: a project by its id, or by its name, which is that of its region. */
  readonly project: { readonly id: string } | { readonly name: string };
  readonly iam: Endpoint;
  readonly send: Send;
  readonly clock: Clock;
  readonly log: Logger;
}
