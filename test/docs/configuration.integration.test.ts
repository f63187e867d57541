import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { declaredKeys } from '../../src/config/declared-keys.ts';
import { configOf, loadEnvironment, loadText, problemsOf } from '../config/loading.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

test('the keys are those of a file', () => {
  const paths = declaredKeys().map(({ path }) => path);
  expect(paths.length).toBeGreaterThan(35);
  expect(paths).toContain('workspaces[].credentials.ak_sk.sk_file');
  expect(new Set(paths).size).toBe(paths.length);
});

test.each(['meaning', 'values'] as const)('every key declares its %s', (what) => {
  expect(declaredKeys().filter((key) => key[what] === '')).toEqual([]);
});

test('a variable stands for one key', () => {
  const variables = declaredKeys().flatMap(({ variable }) => variable ?? []);
  expect(new Set(variables).size).toBe(variables.length);
});

test('every variable that is read is in the document, and no other of these names', async () => {
  const [told = ''] = problemsOf(await loadEnvironment({ SECMASTER_X: 'x' }));
  const known = told.match(/\b[A-Z]+_[A-Z_]+\b/g)?.filter((name) => name !== 'SECMASTER_X') ?? [];
  expect(known.length).toBeGreaterThan(15);
  const named = read('docs/configuration.md').match(/\b(SECMASTER|HUAWEICLOUD)_[A-Z_]+\b/g);
  expect([...new Set(named)].toSorted()).toEqual(known.toSorted());
});

test.each(['docs/configuration.md', 'README.md'])('the files in %s are good ones', async (file) => {
  const blocks = [...read(file).matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);
  const configurations = blocks.filter((text) => text.includes('workspaces:'));
  expect(configurations.length).toBeGreaterThan(0);
  for (const text of configurations) {
    const withoutFiles = text.replaceAll(/\{ ak_file: .*? \}/g, '{ ak: AK, sk: SK }');
    const environment = { HUAWEICLOUD_SDK_AK: 'AK', HUAWEICLOUD_SDK_SK: 'SK' };
    expect(configOf(await loadText(withoutFiles, environment)).workspaces.length).toBeGreaterThan(0);
  }
});
