import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { argument, demo, replicas } from './compose.ts';

test.each([
  ['demo', demo],
  ['replicas', replicas],
] as const)('Prometheus understands the configuration of %s', (_, { services: { prometheus }, mounted }) => {
  const file = join(mounted(prometheus), argument(prometheus, '--config.file'));
  expect(execFileSync('promtool', ['check', 'config', file], { encoding: 'utf8' })).toContain('SUCCESS');
});

test('Alertmanager reads its configuration', () => {
  const { alertmanager } = demo.services;
  const file = join(demo.mounted(alertmanager), argument(alertmanager, '--config.file'));
  expect(execFileSync('amtool', ['check-config', file], { encoding: 'utf8' })).toContain('SUCCESS');
});
