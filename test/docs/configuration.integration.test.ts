import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keys, meanings } from '../../scripts/configuration-section.ts';
import { variablesByKey } from '../../src/config/environment.ts';
import { configOf, loadEnvironment, loadText, problemsOf } from '../config/loading.ts';

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

test('the schema says of every key what may stand there', () => {
  expect(
    keys()
      .filter(({ values }) => values === '')
      .map(({ path }) => path),
  ).toEqual([]);
});

test('every variable stands for a key of the schema', () => {
  const paths = keys().map(({ path }) => path);
  expect([...variablesByKey().keys()].filter((path) => !paths.includes(path))).toEqual([]);
});

test('every variable that is read is in the document, and no other of these names', () => {
  const [told = ''] = problemsOf(loadEnvironment({ SECMASTER_X: 'x' }));
  const known = told.match(/\b[A-Z]+_[A-Z_]+\b/g)?.filter((name) => name !== 'SECMASTER_X') ?? [];
  expect(known.length).toBeGreaterThan(15);
  const named = read('docs/configuration.md').match(/\b(SECMASTER|HUAWEICLOUD)_[A-Z_]+\b/g);
  expect([...new Set(named)].toSorted()).toEqual(known.toSorted());
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
