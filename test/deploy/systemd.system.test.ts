import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/process/processes.ts';

const folder = join(import.meta.dirname, '..', '..', 'deploy', 'systemd');

function install(dropIns: readonly string[]): string {
  const unit = join(temporaryFolder(), 'secmaster-exporter.service');
  // The program need not be installed where the tests run.
  const text = readFileSync(join(folder, 'secmaster-exporter.service'), 'utf8');
  writeFileSync(unit, text.replace('=/usr/local/bin/secmaster-exporter ', '=/bin/true '));
  mkdirSync(`${unit}.d`);
  for (const dropIn of dropIns) cpSync(join(folder, 'replicas', dropIn), join(`${unit}.d`, dropIn));
  return unit;
}

describe.each([
  ['one process', []],
  ['several hosts', ['postgresql.conf']],
])('%s', (_, dropIns) => {
  test('systemd understands every line of the unit', () => {
    const args = ['-c', 'systemd-analyze verify "$0" 2>&1', install(dropIns)];
    expect(execFileSync('sh', args, { encoding: 'utf8' })).toBe('');
  });

  test('systemd rates what the unit is exposed to as at most 1.5 of 10', () => {
    const args = ['security', '--offline=true', '--threshold=15', install(dropIns)];
    expect(execFileSync('systemd-analyze', args, { encoding: 'utf8' })).toContain('Overall exposure level');
  });
});

test('systemd understands every line of the socket and of its drop-in', () => {
  const unit = install([]);
  cpSync(join(folder, 'socket', 'secmaster-exporter.socket'), unit.replace(/service$/, 'socket'));
  const dropIn = readFileSync(join(folder, 'socket', 'socket.conf'), 'utf8');
  writeFileSync(join(`${unit}.d`, 'socket.conf'), dropIn.replace('=/usr/local/bin/secmaster-exporter ', '=/bin/true '));
  const args = ['-c', 'systemd-analyze verify "$0" "$1" 2>&1', unit, unit.replace(/service$/, 'socket')];
  expect(execFileSync('sh', args, { encoding: 'utf8' })).toBe('');
});

test('a line of a drop-in that systemd does not understand would be found', () => {
  const unit = install([]);
  writeFileSync(join(`${unit}.d`, 'odd.conf'), '[Service]\nLoadCredentials=a:/b\n');
  const args = ['-c', 'systemd-analyze verify "$0" 2>&1', unit];
  expect(execFileSync('sh', args, { encoding: 'utf8' })).toContain('LoadCredentials');
});
