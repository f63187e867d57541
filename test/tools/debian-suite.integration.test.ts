import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { unpackPrograms } from './debian-suite.ts';

let folder: string;
let into: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'suite-'));
  into = join(folder, 'cache', 'trixie');
  mkdirSync(join(folder, 'bin'));
  vi.stubEnv('PATH', [join(folder, 'bin'), process.env.PATH].join(delimiter));
  vi.stubEnv('TOLD', folder);
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true }));
});

function program(name: string, script: string) {
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** Knows one mirror, keeps what it was told, and downloads a file for each package. */
const apt = `
echo "$*" >> "$TOLD/calls"
case "$*" in
  "download --print-uris base-files") echo "'https://mirror.test/debian/pool/main/b/base-files/base-files_12.deb' base-files_12.deb 1 SHA256:0" ;;
  "-c apt.conf update") cp sources.list apt.conf "$TOLD" ;;
  "-c apt.conf download prometheus promtool") touch prometheus_2.deb promtool_2.deb ;;
esac`;

/** A package holds a program of its name. */
const dpkgDeb = `
test "$1" = -x || exit 2
name=\${2%%_*}
mkdir -p "$3/usr/bin" "$3/etc"
touch "$3/usr/bin/$name" "$3/etc/$name"`;

const unpack = () => unpackPrograms('trixie', ['prometheus', 'promtool'], into);
const told = (name: string) => readFileSync(join(folder, name), 'utf8');

test('programs of another suite come from the mirror of the machine, signed by Debian', async () => {
  program('apt-get', apt);
  program('dpkg-deb', dpkgDeb);
  await unpack();
  expect(readdirSync(into).sort()).toEqual(['prometheus', 'promtool']);
  expect(told('sources.list')).toBe(
    'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] https://mirror.test/debian trixie main\n',
  );
});

test('apt works in a folder of its own, which is gone afterwards', async () => {
  program('apt-get', apt);
  program('dpkg-deb', dpkgDeb);
  await unpack();
  expect(readdirSync(join(folder, 'cache'))).toEqual(['trixie']);
  expect(told('calls').split('\n').slice(1)).toEqual([
    '-c apt.conf update',
    '-c apt.conf download prometheus promtool',
    '',
  ]);
  const paths = [...told('apt.conf').matchAll(/"(\/[^"]+)"/g)].map(([, path]) => path);
  expect(paths.length).toBeGreaterThan(5);
  for (const path of paths) expect(path).toMatch(new RegExp(`^(?:/dev/null$|${into}-)`));
});

test('what was there before gives way to what is complete', async () => {
  mkdirSync(into, { recursive: true });
  writeFileSync(join(into, 'promtool'), 'of before');
  program('apt-get', apt);
  program('dpkg-deb', dpkgDeb);
  await unpack();
  expect(readFileSync(join(into, 'promtool'), 'utf8')).toBe('');
});

test.each([
  { sentence: 'the mirror is not known', apt: 'exit 0', deb: dpkgDeb, error: 'apt names no mirror of Debian' },
  {
    sentence: 'a signature is wrong',
    apt: `${apt}\ncase "$*" in *update) exit 100 ;; esac`,
    deb: dpkgDeb,
    error: 'apt-get -c apt.conf update ended with 100',
  },
  { sentence: 'a package is damaged', apt, deb: 'exit 2', error: 'Command failed: dpkg-deb -x prometheus_2.deb files' },
])('if $sentence, nothing is left behind', async ({ apt, deb, error }) => {
  program('apt-get', apt);
  program('dpkg-deb', deb);
  await expect(unpack()).rejects.toThrow(error);
  expect(existsSync(into)).toBe(false);
  expect(readdirSync(join(folder, 'cache'))).toEqual([]);
});
