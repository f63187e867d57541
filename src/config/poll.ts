import { duration, number, whole } from './fields.ts';
import { key, section } from './mapping.ts';
import { schedule, timezone } from './schedule.ts';

export const poll = section({
  schedule: key('schedule', schedule, {
    default: '30s',
    meaning: 'how often, or when, to poll SecMaster; polls of one workspace never overlap',
    variable: 'SECMASTER_POLL_SCHEDULE',
  }),
  timezone: key('timezone', timezone, { default: 'UTC', meaning: 'of a cron expression in `schedule`' }),
  // SecMaster keeps instances for 180 days.
  lookbackMs: key('lookback', duration('1m', '180d'), {
    default: '24h',
    meaning: 'how far back the gauges look',
    variable: 'SECMASTER_LOOKBACK',
  }),
  timeoutMs: key('timeout', duration('100ms', '5m'), {
    default: '10s',
    meaning: 'for one API request including its retries',
  }),
  rateLimit: key(
    'rate_limit',
    number((n) => n > 0 && n <= 200, 'number above 0, at most 200'),
    {
      default: 10,
      meaning: 'API requests per second and endpoint, of all replicas together',
    },
  ),
  concurrency: key('concurrency', whole(1, 100), { default: 4, meaning: 'workspaces polled at the same time' }),
});
