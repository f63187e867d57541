import type { Behaviour } from './behaviour.ts';
import type { Memory } from './behaviour-handle.ts';

type Load = Behaviour['load'];

/** Whether a request is one too many in its second, and what Retry-After says then. */
export function overload(
  { perSecond, retryAfter }: Load,
  memory: Memory,
  nowMs: number,
): { readonly retryAfter: string | null } | null {
  if (perSecond === null) return null;
  const beganMs = Math.floor(nowMs / 1000) * 1000;
  if (memory.second.beganMs !== beganMs) memory.second = { beganMs, requests: 0 };
  memory.second.requests += 1;
  if (memory.second.requests <= perSecond) return null;
  const after = { absent: null, seconds: '1', date: new Date(beganMs + 1000).toUTCString() };
  return { retryAfter: after[retryAfter] };
}

/** How much longer a page takes for being so far down. */
export function pageLatencyMs({ msPerPage }: Load, parameters: URLSearchParams): number {
  if (msPerPage === 0) return 0;
  const [offset, limit] = [Number(parameters.get('offset') ?? 0), Number(parameters.get('limit') ?? 10)];
  return offset >= 0 && limit >= 1 ? msPerPage * Math.floor(offset / limit) : 0;
}
