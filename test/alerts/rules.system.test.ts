import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ruleFiles } from '../../scripts/alerts.ts';

const examples = join(import.meta.dirname, '..', '..', 'alerts', 'examples');
const tuningFile = join(examples, 'tuning.rules.yml');

test.each([...ruleFiles(), tuningFile])('promtool has nothing to say about %s', (file) => {
  execFileSync('promtool', ['check', 'rules', '--lint-fatal', file], { stdio: 'pipe' });
});

test('promtool and amtool take the examples', () => {
  execFileSync('promtool', ['check', 'config', '--syntax-only', join(examples, 'prometheus.yml')], { stdio: 'pipe' });
  execFileSync('amtool', ['check-config', join(examples, 'alertmanager.yml')], { stdio: 'pipe' });
});

test.each([
  ['a playbook fails', ['SecMasterPlaybookFailing', 'playbook', 'critical'], 'soc-pager'],
  ['a playbook retries', ['SecMasterRetryStorm', 'playbook', 'warning'], 'soc-tickets'],
  ['the exporter is down', ['SecMasterExporterDown', 'exporter', 'critical'], 'platform-pager'],
  ['the exporter is throttled', ['SecMasterThrottled', 'exporter', 'warning'], 'platform-tickets'],
])('when %s the right one is told', (_, [alert, area, severity], receiver) => {
  const args = ['config', 'routes', 'test', `--config.file=${join(examples, 'alertmanager.yml')}`];
  const labels = [`alertname=${alert}`, `area=${area}`, `severity=${severity}`];
  expect(execFileSync('amtool', [...args, ...labels], { encoding: 'utf8', stdio: 'pipe' }).trim()).toBe(receiver);
});
