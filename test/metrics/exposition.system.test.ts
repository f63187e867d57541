import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { expositionOf, scrapeOf } from '../support/metrics/exposition.ts';
import { report } from '../support/metrics/report.ts';

test('promtool has nothing to say about the text format after OpenMetrics has been asked for', async () => {
  const made = expositionOf();
  await made.update([report()], [1, 10]);
  await scrapeOf(made, 'openmetrics');
  await made.update([report()], [1, 10]);
  made.observeRequest('eu-west-101', 'list_instances', '200', 0.1);
  const input = await scrapeOf(made);
  expect(input).toContain('# TYPE nodejs_');
  expect(input).toContain('# TYPE secmaster_workflow_attempts_completed_total counter');
  expect(execFileSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8', stdio: 'pipe' })).toBe('');
});
