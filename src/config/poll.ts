import { duration, field, number, whole } from './fields.ts';
import { key, section } from './mapping.ts';

/** What is wrong with a cron expression; null: nothing. */
export type CronProblem = (expression: string) => string | null;

export const poll = (cronProblem: CronProblem) =>
  section({
    schedule: key('schedule', cron(cronProblem), {
      default: '*/30 * * * * *',
      meaning: 'when to poll SecMaster; polls of one workspace never overlap',
      variable: 'SECMASTER_POLL_SCHEDULE',
    }),
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
        meaning: 'API requests per second and endpoint',
      },
    ),
    concurrency: key('concurrency', whole(1, 100), { default: 4, meaning: 'workspaces polled at the same time' }),
  });

const cron = (cronProblem: CronProblem) =>
  field(
    (value, refuse) => {
      const problem = typeof value === 'string' ? cronProblem(value) : 'it must be text';
      return typeof value === 'string' && problem === null
        ? value
        : refuse(`is not a valid cron expression: ${problem}`);
    },
    { values: 'cron expression with seconds' },
  );
