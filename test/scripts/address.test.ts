import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { addressed } from '../../scripts/address.ts';
import { runbookUrl, unknownRunbook } from '../../scripts/links.ts';
import { projectAddress } from '../../scripts/project-address.ts';
import { settings } from '../../scripts/settings.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const acme = projectAddress('https://github.com/Acme/SOC-exporter', '1.2.3');
const files = Object.keys(addressed);

/** A file as it would be if the project lived there; null: nowhere yet. */
const at = (file: string, address: typeof acme | null) => addressed[file]?.(read(file), address) ?? '';

describe('the address of the project', () => {
  test.each(['https://github.com/Acme/SOC-exporter', 'https://github.com/Acme/SOC-exporter.git'])(
    '%s says where everything is',
    (repository) => {
      const { pageOf, ...pages } = projectAddress(repository, '1.2.3');
      expect(pages).toEqual({
        page: 'https://github.com/Acme/SOC-exporter',
        homepage: 'https://github.com/Acme/SOC-exporter#readme',
        bugs: 'https://github.com/Acme/SOC-exporter/issues',
        image: 'ghcr.io/acme/soc-exporter',
      });
      expect(pageOf('docs/alerts.md')).toBe('https://github.com/Acme/SOC-exporter/blob/v1.2.3/docs/alerts.md');
    },
  );

  test.each(['acme/soc', 'https://git.example.org/acme/soc', 'http://github.com/acme/soc', 'https://github.com/acme'])(
    '%s is not one whose pages are known',
    (repository) => {
      expect(() => projectAddress(repository, '1.2.3')).toThrow(
        `repository in package.json is ${repository}: expected`,
      );
    },
  );
});

test.each(files)('%s says what package.json says of the address; if not, run npm run address', (file) => {
  expect(at(file, settings().address)).toBe(read(file));
});

test.each(files)('%s can be given an address, and lose it again', (file) => {
  const edit = addressed[file] ?? (() => '');
  const there = at(file, acme);
  expect(there).not.toBe(at(file, null));
  expect(edit(there, acme)).toBe(there);
  expect(edit(there, null)).toBe(at(file, null));
});

test('with an address, what needs one has it', () => {
  expect(JSON.parse(at('package.json', acme))).toMatchObject({ homepage: acme.homepage, bugs: acme.bugs });
  expect(at('Dockerfile', acme)).toContain(
    ' \\\n      org.opencontainers.image.source="https://github.com/Acme/SOC-exporter"\n',
  );
  for (const folder of ['exporter', 'replicas/exporter']) {
    const { images } = parse(at(`deploy/kubernetes/${folder}/kustomization.yaml`, acme));
    expect(images).toEqual([{ name: 'secmaster-exporter', newName: acme.image, newTag: expect.any(String) }]);
  }
  expect(unknownRunbook('SecMasterThrottled', acme)).toBe(acme.pageOf('docs/runbooks/SecMasterThrottled.md'));
  expect(runbookUrl('SecMasterThrottled', acme)).toContain(
    `{{ else }}${acme.pageOf('docs/runbooks/SecMasterThrottled.md')}{{`,
  );
});

test('without one, nothing stands in its place', () => {
  for (const file of files) expect(at(file, null)).not.toMatch(/example\.(com|org)|github\.com|ghcr\.io/);
  expect(unknownRunbook('SecMasterThrottled', null)).toBe('docs/runbooks/SecMasterThrottled.md');
});
