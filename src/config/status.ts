import { whole } from './fields.ts';
import { key, section } from './mapping.ts';

export const status = section({
  recentRuns: key('recent_runs', whole(0, 1_000), {
    default: 50,
    meaning: 'number of failed, stuck and retrying runs on the status page; 0: none, and their messages are not stored',
  }),
});
