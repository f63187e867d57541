import type { Replica } from '../support/process/replica.ts';
import { print } from './soc.ts';

const maxLines = 400;

/** Prints what replicas have logged, shortened; without the lines of failed runs. */
export function tellWhatHappened(replicas: readonly Replica[]): void {
  for (const { name, log } of replicas) {
    const lines = log()
      .split('\n')
      .filter((line) => line !== '' && !line.includes('"run failed"'));
    print(`\n${name}: the last ${Math.min(maxLines, lines.length)} of ${lines.length} lines`);
    for (const line of lines.slice(-maxLines)) print(shortened(line));
  }
}

/** A line of JSON as time, message and what else it says. */
function shortened(line: string): string {
  try {
    const { time, level, msg, workspace_id: _, ...more } = JSON.parse(line);
    return `${new Date(time).toISOString().slice(11, 23)} ${level} ${msg} ${JSON.stringify(more).slice(0, 300)}`;
  } catch {
    return line.slice(0, 500);
  }
}
