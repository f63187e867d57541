import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keys, meanings } from '../../scripts/configuration-section.ts';
import { variablesByKey } from '../../src/config/environment.ts';
import { configOf, loadText } from '../config/loading.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

test('every key of the schema has a meaning, and no other', () => {
  const documented = Object.keys(meanings);
  expect(documented.toSorted()).toEqual(
    keys()
      .map(({ path }) => path)
      .toSorted(),
  );
});

test('every variable stands for a key of the schema', () => {
  const paths = keys().map(({ path }) => path);
  expect([...variablesByKey().keys()].filter((path) => !paths.includes(path))).toEqual([]);
});

test.each(['docs/configuration.md', 'README.md'])('the files in %s are good ones', (file) => {
  const blocks = [...read(file).matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);
  const configurations = blocks.filter((text) => text.includes('workspaces:'));
  expect(configurations.length).toBeGreaterThan(0);
  for (const text of configurations) {
    const withoutFiles = text.replaceAll(/\{ ak_file: .*? \}/g, '{ ak: AK, sk: SK }');
    const environment = { HUAWEICLOUD_SDK_AK: 'AK', HUAWEICLOUD_SDK_SK: 'SK' };
    expect(configOf(loadText(withoutFiles, environment)).workspaces.length).toBeGreaterThan(0);
  }
});
