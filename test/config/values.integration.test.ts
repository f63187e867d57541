import { describe, expect, test } from 'vitest';
import { complete, configOf, loadText, problemsOf } from './loading.ts';

const notBuckets = 'metrics.duration_buckets: must be an ascending list of seconds above 0, such as [1, 5, 30]';

describe('a value', () => {
  test.each<[string, string, string]>([
    [
      'a duration that is none',
      'poll: { lookback: 24 hours }',
      'poll.lookback: "24 hours" is not a valid duration; write it like 30s, 5m, 24h or 7d',
    ],
    [
      'a duration without unit',
      'poll: { timeout: 10 }',
      'poll.timeout: 10 is not a valid duration; write it like 30s, 5m, 24h or 7d',
    ],
    [
      'a mapping for a duration',
      'poll: { timeout: { toString: 1 } }',
      'poll.timeout: a mapping is not a valid duration; write it like 30s, 5m, 24h or 7d',
    ],
    ['a lookback that is too short', 'poll: { lookback: 59s }', 'poll.lookback: "59s" is too short; the minimum is 1m'],
    [
      'a lookback beyond what SecMaster keeps',
      'poll: { lookback: 181d }',
      'poll.lookback: "181d" is too long; the maximum is 180d',
    ],
    [
      'a timeout that is too short',
      'poll: { timeout: 99ms }',
      'poll.timeout: "99ms" is too short; the minimum is 100ms',
    ],
    ['a timeout that is too long', 'poll: { timeout: 6m }', 'poll.timeout: "6m" is too long; the maximum is 5m'],
    [
      'neither a duration nor cron',
      'poll: { schedule: hourly }',
      'poll.schedule: "hourly" is not a schedule; write a duration like 30s, or cron with seconds like "*/30 * * * * *"',
    ],
    [
      'cron that no clock ever shows',
      'poll: { schedule: "0 0 0 31 2 *" }',
      'poll.schedule: "0 0 0 31 2 *" is not a valid cron expression: no month that it names has such a day',
    ],
    [
      'cron without seconds',
      'poll: { schedule: "*/5 * * * *" }',
      'poll.schedule: "*/5 * * * *" is not a valid cron expression: it must have six fields, not 5: seconds, minutes, hours, day of the month, month, day of the week',
    ],
    [
      'a poll more than once a second',
      'poll: { schedule: 999ms }',
      'poll.schedule: "999ms" is too short; the minimum is 1s',
    ],
    [
      'a misspelled time zone',
      'poll: { timezone: Europe/Berlim }',
      'poll.timezone: "Europe/Berlim" is not a time zone; did you mean Europe/Berlin?',
    ],
    [
      'a city for a time zone',
      'poll: { timezone: new york }',
      'poll.timezone: "new york" is not a time zone; did you mean America/New_York?',
    ],
    [
      'a time zone of the machine',
      'poll: { timezone: Local }',
      'poll.timezone: "Local" is not a time zone; write it like UTC or Europe/Berlin',
    ],
    [
      'a time zone that means several',
      'poll: { timezone: CST }',
      'poll.timezone: "CST" is not a time zone; write it like UTC or Europe/Berlin',
    ],
    [
      'a time zone that is no text',
      'poll: { timezone: 2 }',
      'poll.timezone: 2 is not a time zone; write it like UTC or Europe/Berlin',
    ],
    [
      'a schedule that is no text',
      'poll: { schedule: 30 }',
      'poll.schedule: 30 is not a schedule; write a duration like 30s, or cron with seconds like "*/30 * * * * *"',
    ],
    ['no rate', 'poll: { rate_limit: 0 }', 'poll.rate_limit: 0 must be a number above 0, at most 200'],
    [
      "a rate above the gateway's limit",
      'poll: { rate_limit: 201 }',
      'poll.rate_limit: 201 must be a number above 0, at most 200',
    ],
    [
      'a rate that is text',
      'poll: { rate_limit: "10" }',
      'poll.rate_limit: "10" must be a number above 0, at most 200',
    ],
    [
      'a rate that is no number',
      'poll: { rate_limit: .nan }',
      'poll.rate_limit: NaN must be a number above 0, at most 200',
    ],
    ['no concurrency', 'poll: { concurrency: 0 }', 'poll.concurrency: 0 must be a whole number, 1 to 100'],
    [
      'half a workspace at once',
      'poll: { concurrency: 1.5 }',
      'poll.concurrency: 1.5 must be a whole number, 1 to 100',
    ],
    ['an empty value', 'poll: { concurrency: }', 'poll.concurrency: is empty; set a value'],
    ['a section that is none', 'poll: fast', 'poll: must be a mapping (key: value)'],
    ['a list for a section', 'state: [a]', 'state: must be a mapping (key: value)'],
    ['a path that is no text', 'state: { path: 1 }', 'state.path: must be text; put it in quotes'],
    ['a blank path', 'state: { path: " " }', 'state.path: is empty; set a value'],
    [
      'a retention below the lookback',
      'state: { retention: 23h }',
      'state.retention: "23h" is shorter than poll.lookback; the minimum is 1d',
    ],
    ['buckets that are no list', 'metrics: { duration_buckets: 5 }', notBuckets],
    ['no bucket', 'metrics: { duration_buckets: [] }', notBuckets],
    ['a bucket of nothing', 'metrics: { duration_buckets: [0, 1] }', notBuckets],
    ['the same bucket twice', 'metrics: { duration_buckets: [1, 1] }', notBuckets],
    ['a bucket without end', 'metrics: { duration_buckets: [1, .inf] }', notBuckets],
    ['a language that SecMaster has not', 'metrics: { language: de }', 'metrics.language: "de" must be en or zh'],
    [
      'no playbook at all',
      'metrics: { max_playbooks: 0 }',
      'metrics.max_playbooks: 0 must be a whole number, 1 to 10000',
    ],
    ['nodes of some runs', 'metrics: { nodes: some }', 'metrics.nodes: "some" must be off, failed or all'],
    [
      'a label that there is not',
      'metrics: { labels: [workflow, version] }',
      'metrics.labels: must only have workflow, workflow_version, dataclass, defense',
    ],
    ['a label twice', 'metrics: { labels: [workflow, workflow] }', 'metrics.labels: has the same twice'],
    [
      'one label without a list',
      'metrics: { labels: workflow }',
      'metrics.labels: must be a list of workflow, workflow_version, dataclass, defense',
    ],
    [
      'a grace without end',
      'metrics: { failure_grace: 8d }',
      'metrics.failure_grace: "8d" is too long; the maximum is 1w',
    ],
    [
      'less than no recent runs',
      'status: { recent_runs: -1 }',
      'status.recent_runs: -1 must be a whole number, 0 to 1000',
    ],
    [
      'a hold that is too long',
      'metrics: { new_series_hold: 61m }',
      'metrics.new_series_hold: "61m" is too long; the maximum is 1h',
    ],
    [
      'a hold that is negative',
      'metrics: { new_series_hold: -1s }',
      'metrics.new_series_hold: "-1s" is not a valid duration; write it like 30s, 5m, 24h or 7d',
    ],
    [
      'more at once than allowed',
      'poll: { concurrency: 101 }',
      'poll.concurrency: 101 must be a whole number, 1 to 100',
    ],
    [
      'a retention that is too short',
      'state: { retention: 59s }',
      'state.retention: "59s" is too short; the minimum is 1m',
    ],
    ['a retention that is empty', 'state: { retention: }', 'state.retention: is empty; set a value'],
    ['buckets that fall', 'metrics: { duration_buckets: [2, 1] }', notBuckets],
    ['a bucket that is text', 'metrics: { duration_buckets: [1, "2"] }', notBuckets],
    ['buckets that are empty', 'metrics: { duration_buckets: }', 'metrics.duration_buckets: is empty; set a value'],
    [
      'more playbooks than allowed',
      'metrics: { max_playbooks: 10001 }',
      'metrics.max_playbooks: 10001 must be a whole number, 1 to 10000',
    ],
    [
      'more recent runs than allowed',
      'status: { recent_runs: 1001 }',
      'status.recent_runs: 1001 must be a whole number, 0 to 1000',
    ],
    [
      'nodes that YAML could take for false',
      'metrics: { nodes: false }',
      'metrics.nodes: false must be off, failed or all',
    ],
    [
      'an unknown status key',
      'status: { recent: 1 }',
      'status.recent: unknown key; valid keys: recent_runs, console_url',
    ],
    [
      'a link to the console with an unknown part',
      'status: { console_url: "https://user:hunter2@console.example.com/{tenant}" }',
      'status.console_url: must be an https:// address, such as that of a page of the console; after the host it may have {region}, {project_id}, {workspace_id} and {instance_id}, which are filled in',
    ],
    [
      'an unknown key that is nearly known',
      'poll: { lokback: 1h }',
      'poll.lokback: unknown key; did you mean lookback?',
    ],
    [
      'an unknown key',
      'state: { engine: x }',
      'state.engine: unknown key; valid keys: path, url, url_file, password_file, ca_file, lease, retention',
    ],
    ['an unknown section', 'web: {}', 'web: unknown key; valid keys: poll, state, metrics, status, workspaces'],
    [
      'a key that every object has',
      '__proto__: { a: 1 }',
      '__proto__: unknown key; valid keys: poll, state, metrics, status, workspaces',
    ],
    [
      'a key without its space',
      'poll: { timeout:10s }',
      'poll.timeout…: unknown key; valid keys: schedule, timezone, lookback, timeout, rate_limit, concurrency',
    ],
  ])('refused: %s', async (_, line, problem) => {
    expect(problemsOf(await loadText(`${line}\n${complete}`))).toEqual([`config.yml:1: ${problem}`]);
  });

  test.each<[string, string, object]>([
    ['the shortest lookback', 'poll: { lookback: 1m }', { poll: { lookbackMs: 60_000 } }],
    ['the longest lookback', 'poll: { lookback: 180d }', { poll: { lookbackMs: 180 * 86_400_000 } }],
    ['a lookback of several units', 'poll: { lookback: 1d12h }', { poll: { lookbackMs: 36 * 3_600_000 } }],
    ['the shortest timeout', 'poll: { timeout: 100ms }', { poll: { timeoutMs: 100 } }],
    ['the longest timeout', 'poll: { timeout: 5m }', { poll: { timeoutMs: 300_000 } }],
    ['less than one request a second', 'poll: { rate_limit: 0.01 }', { poll: { rateLimit: 0.01 } }],
    ['the highest rate', 'poll: { rate_limit: 200 }', { poll: { rateLimit: 200 } }],
    ['the highest concurrency', 'poll: { concurrency: 100 }', { poll: { concurrency: 100 } }],
    ['a ledger in memory', 'state: { path: ":memory:" }', { state: { path: ':memory:' } }],
    [
      'a retention as long as the lookback',
      'poll: { lookback: 1h }\nstate: { retention: 1h }',
      { state: { retentionMs: 3_600_000 } },
    ],
    ['one bucket', 'metrics: { duration_buckets: [0.005] }', { metrics: { durationBuckets: [0.005] } }],
    ['no hold', 'metrics: { new_series_hold: 0s }', { metrics: { newSeriesHoldMs: 0 } }],
    ['the longest hold', 'metrics: { new_series_hold: 1h }', { metrics: { newSeriesHoldMs: 3_600_000 } }],
    ['one playbook', 'metrics: { max_playbooks: 1 }', { metrics: { maxPlaybooks: 1 } }],
    ['the most playbooks', 'metrics: { max_playbooks: 10000 }', { metrics: { maxPlaybooks: 10_000 } }],
    ['one value of each label', 'metrics: { max_values: 1 }', { metrics: { maxValues: 1 } }],
    ['the most values', 'metrics: { max_values: 10000 }', { metrics: { maxValues: 10_000 } }],
    ['nodes off, which YAML 1.2 takes for text', 'metrics: { nodes: off }', { metrics: { nodes: 'off' } }],
    ['nodes of all runs', 'metrics: { nodes: all }', { metrics: { nodes: 'all' } }],
    ['no grace for failures', 'metrics: { failure_grace: 0s }', { metrics: { failureGraceMs: 0 } }],
    ['no further labels', 'metrics: { labels: [] }', { metrics: { labels: [] } }],
    [
      'further labels, in the order in which series have them',
      'metrics: { labels: [defense, workflow_version, workflow, dataclass] }',
      { metrics: { labels: ['workflow', 'workflow_version', 'dataclass', 'defense'] } },
    ],
    ['no recent runs', 'status: { recent_runs: 0 }', { status: { recentRuns: 0 } }],
    ['the most recent runs', 'status: { recent_runs: 1000 }', { status: { recentRuns: 1_000 } }],
    [
      'a link to the console',
      'status: { console_url: " https://console.example.com/{region}#{instance_id} " }',
      { status: { consoleUrl: 'https://console.example.com/{region}#{instance_id}' } },
    ],
    ['empty sections', 'poll:\nstate:\nmetrics:\nstatus:', { poll: { concurrency: 4 }, status: { recentRuns: 50 } }],
  ])('taken: %s', async (_, lines, expected) => {
    expect(configOf(await loadText(`${lines}\n${complete}`))).toMatchObject(expected);
  });

  test('a long value is cut off', async () => {
    const [problem] = problemsOf(await loadText(`poll: { lookback: ${'x'.repeat(1000)} }\n${complete}`));
    expect(problem?.length).toBeLessThan(200);
  });
});
