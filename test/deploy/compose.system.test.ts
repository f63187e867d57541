import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { argument, compose, mounted } from './compose.ts';

const { prometheus, alertmanager } = compose.services;

test('Prometheus understands its configuration', () => {
  const file = join(mounted(prometheus), argument(prometheus, '--config.file'));
  expect(execFileSync('promtool', ['check', 'config', file], { encoding: 'utf8' })).toContain('SUCCESS');
});

test('Alertmanager reads its configuration', () => {
  const file = join(mounted(alertmanager), argument(alertmanager, '--config.file'));
  expect(execFileSync('amtool', ['check-config', file], { encoding: 'utf8' })).toContain('SUCCESS');
});
