import type { Instance, InstanceEvent } from './instance.ts';

/** The instance as it was then, worked out from its events; null: SecMaster did not know it. Its playbook has today's name. */
export function instanceAt(instance: Instance, atMs: number): Instance | null {
  const { events, begunAs } = instance;
  const until = events.findLastIndex((event) => event.atMs <= atMs);
  const last = events[until];
  if (last === undefined || last.kind === 'removed') return null;
  if (until === events.length - 1) return instance;

  const beganMs = events[0]?.atMs ?? 0;
  const past = events.slice(0, until + 1);
  let state: Instance = {
    ...instance,
    ...begunAs,
    startTimeMs: beganMs,
    endTimeMs: null,
    createTimeMs: beganMs,
    retryCount: 0,
    failure: past.findLast(({ kind }) => kind === 'failed')?.failure ?? null,
    raw: null,
    removed: false,
  };
  for (const event of past) {
    state = { ...state, status: event.status, updateTimeMs: event.atMs, ...effectOf(event, state), ...event.fields };
  }
  return state;
}

function effectOf({ kind, atMs }: InstanceEvent, { retryCount }: Instance): Partial<Instance> {
  switch (kind) {
    case 'failed':
    case 'finished':
    case 'terminated':
      return { endTimeMs: atMs };
    case 'retried':
      return { endTimeMs: null, retryCount: retryCount + 1 };
    case 'rerun':
      return { endTimeMs: null, retryCount: 0 };
    default:
      return {};
  }
}
