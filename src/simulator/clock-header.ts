import type { Behaviour } from './behaviour.ts';
import type { Memory } from './behaviour-handle.ts';

/** The Date header of the next answer; null: none. */
export function dateHeader(
  { date, offMs, offAnswers }: Behaviour['time'],
  memory: Memory,
  nowMs: number,
): string | null {
  memory.dates += 1;
  const isOff = offAnswers === null || memory.dates <= offAnswers;
  const told = new Date((date === 'constant' ? memory.sinceMs : nowMs) + (isOff ? offMs : 0));
  switch (date) {
    case 'absent':
      return null;
    case 'iso':
      return told.toISOString();
    default:
      return told.toUTCString();
  }
}
