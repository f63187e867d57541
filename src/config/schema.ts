import { z } from 'zod';
import { checkConsistency } from './consistency.ts';
import { credentials } from './credentials.ts';
import { isRegion } from './endpoints.ts';
import { buckets, duration, field, number, oneOf, origin, section, text, textOf } from './fields.ts';
import { expandHome } from './text-file.ts';

/** The configuration file as YAML shapes it, with its defaults; a key that isn't here is refused. */

/** What is wrong with a cron expression, null if nothing is. */
export type CronProblem = (expression: string) => string | null;

export type ParsedConfig = z.output<ReturnType<typeof configSchema>>;

export function configSchema(cronProblem: CronProblem) {
  const schedule = field(
    (value, refuse) => {
      const problem = typeof value === 'string' ? cronProblem(value) : 'it must be text';
      return typeof value === 'string' && problem === null ? value : refuse(`is no cron expression: ${problem}`);
    },
    { values: 'cron expression with seconds' },
  );
  const shape = z.strictObject({
    poll: section({
      schedule: schedule.prefault('*/30 * * * * *'),
      // SecMaster keeps instances for 180 days.
      lookback: duration('1m', '180d').prefault('24h'),
      timeout: duration('100ms', '5m').prefault('10s'),
      rate_limit: number((n) => n > 0 && n <= 200, 'number above 0, at most 200').prefault(10),
      concurrency: whole(1, 100).prefault(4),
    }),
    state: section({
      path: text.prefault('data/secmaster.db').transform(expandHome),
      retention: duration('1m').optional(),
    }),
    metrics: section({
      duration_buckets: buckets.prefault([1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400]),
      max_playbooks: whole(1, 10_000).prefault(200),
      nodes: oneOf('failed', 'off').prefault('failed'),
      language: oneOf('en', 'zh').prefault('en'),
      // A little more than the longest scrape interval that is usual.
      new_series_hold: duration('0s', '1h').prefault('65s'),
    }),
    status: section({ recent_runs: whole(0, 1_000).prefault(50) }),
    workspaces: z.array(workspace).min(1, 'is empty; it needs a workspace').meta({ values: 'list, at least one' }),
  });
  // Always, so that these problems are told together with those of single values.
  return shape.superRefine(checkConsistency, { when: () => true });
}

const filter = z
  .array(text)
  .max(1_000, 'has more than 1000 values')
  .meta({ values: 'list of texts, at most 1000' })
  .prefault([]);

const workspace = z.strictObject({
  name: text.optional(),
  region: textOf(isRegion, 'region', 'is no region; write it like eu-west-101'),
  project_id: textOf(
    (id) => /^[0-9a-f]{32}$/i.test(id),
    '32 hexadecimal digits',
    'is no project ID; write it in quotes with its 32 hexadecimal digits',
  )
    .transform((id) => id.toLowerCase())
    .optional(),
  workspace_id: textOf(
    (id) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id),
    'UUID',
    'is no workspace ID; write it like 11111111-2222-3333-4444-555555555555',
  )
    .transform((id) => id.toLowerCase())
    .optional(),
  endpoint: origin.optional(),
  iam_endpoint: origin.optional(),
  filters: section({ playbook_id: filter, workflow_id: filter, dataclass_id: filter, trigger_type: filter }),
  // Absent: from the environment.
  credentials: credentials.optional(),
});

function whole(min: number, max: number) {
  return number((n) => Number.isInteger(n) && n >= min && n <= max, `whole number, ${min} to ${max}`);
}
