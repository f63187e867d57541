import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../support/process/processes.ts';

const file = join(import.meta.dirname, '..', '..', 'deploy', 'systemd', 'secmaster-exporter.service');
let unit: string;

beforeEach(() => {
  unit = join(temporaryFolder(), 'secmaster-exporter.service');
  // The program need not be installed where the tests run.
  writeFileSync(unit, readFileSync(file, 'utf8').replace('=/usr/local/bin/secmaster-exporter ', '=/bin/true '));
});

test('systemd understands every line of the unit', () => {
  expect(execFileSync('sh', ['-c', 'systemd-analyze verify "$0" 2>&1', unit], { encoding: 'utf8' })).toBe('');
});

test('systemd rates what the unit is exposed to as at most 1.5 of 10', () => {
  const args = ['security', '--offline=true', '--threshold=15', unit];
  expect(execFileSync('systemd-analyze', args, { encoding: 'utf8' })).toContain('Overall exposure level');
});
