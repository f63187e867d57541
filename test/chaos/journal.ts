import { print } from './soc.ts';

/** What was done when, in seconds since the beginning: printed as it happens. */
export interface Journal {
  now(): string;
  note(line: string): void;
}

export function openJournal(): Journal {
  const beganMs = performance.now();
  const now = () => `${((performance.now() - beganMs) / 1000).toFixed(1)} s`;
  return { now, note: (line) => print(`${now().padStart(8)}  ${line}`) };
}
