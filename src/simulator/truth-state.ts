import type { Instance } from './instance.ts';

export interface InstanceState {
  readonly status: string;
  readonly startMs: number | null;
  readonly endMs: number | null;
  readonly isOpen: boolean;
  readonly retries: number;
}

/** The kinds of events by which an attempt ends, and its status then. */
export const completions: Readonly<Record<string, string>> = {
  failed: 'FAILED',
  finished: 'FINISHED',
  terminated: 'TERMINATED',
};

const endedStatuses = ['FINISHED', 'FAILED', 'TERMINATED'];
const openStatuses = ['CREATED', 'RUNNING', 'RETRYING', 'TERMINATING'];

/** An instance as its events have left it; a status that nobody documents is open until an end is set. */
export function stateOf({ events }: Pick<Instance, 'events'>): InstanceState {
  let status = '';
  let startMs: number | null = null;
  let endMs: number | null = null;
  let retries = 0;
  for (const event of events) {
    status = event.status;
    if (event.kind === 'started') startMs = event.atMs;
    if (event.kind === 'retried') {
      retries += 1;
      endMs = null;
    }
    if (event.kind === 'rerun') {
      retries = 0;
      endMs = null;
    }
    if (event.kind in completions) endMs = event.atMs;
    if (event.fields?.startTimeMs !== undefined) startMs = event.fields.startTimeMs;
    if (event.fields?.endTimeMs !== undefined) endMs = event.fields.endTimeMs;
    if (event.fields?.retryCount !== undefined) retries = event.fields.retryCount;
  }
  const isOpen = openStatuses.includes(status) || (!endedStatuses.includes(status) && endMs === null);
  return { status, startMs, endMs, isOpen, retries };
}
