import { expect, test } from 'vitest';
import { isInstalled, missingPackages, programFolders, systemParts } from './system-parts.ts';

test('a program is installed if a folder of PATH has it', () => {
  expect(isInstalled('sh', ['/nowhere', '/bin'])).toBe(true);
  expect(isInstalled('sh', ['/nowhere'])).toBe(false);
});

test('programs are looked for on PATH, then where Debian puts those for the system', () => {
  expect(programFolders('/a:/b').slice(0, 3)).toEqual(['/a', '/b', '/usr/sbin']);
});

test.each([
  { sentence: 'nothing is missing where all programs are there', has: () => true, missing: [] },
  {
    sentence: 'a package that brings two programs is installed once',
    has: (program: string) => !['prometheus', 'promtool'].includes(program),
    missing: ['prometheus'],
  },
  {
    sentence: 'a package is installed for one program of two',
    has: (program: string) => program !== 'amtool',
    missing: ['prometheus-alertmanager'],
  },
])('$sentence', ({ has, missing }) => {
  expect(missingPackages(systemParts.system, has)).toEqual(missing);
});
