import { parseCron } from '../../src/config/cron.ts';
import type { Cron } from '../../src/model/schedule.ts';

export function cron(expression: string): Cron {
  const parsed = parseCron(expression);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed;
}
