import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { formatProblem } from '../../src/config/problems.ts';
import { inForm } from '../support/form.ts';
import { complete, loadEnvironment, loadFile, writeFile } from './loading.ts';

/** Whatever stands in a file or in the environment: a configuration or problems, each in one line. */

function expectAnAnswer(loaded: Awaited<ReturnType<typeof loadFile>>): void {
  if ('config' in loaded) return;
  expect(loaded.problems.length).toBeGreaterThan(0);
  for (const problem of loaded.problems) expect(formatProblem(problem)).toMatch(/^.+$/);
}

const sign = fc.constantFrom(...' \n\t:-[]{}&*!%@`"\'#,|>?<~.\\\u0000\u2028\ud800ä0a');

test.each<[string, fc.Arbitrary<string | Uint8Array>]>([
  ['any text', fc.string({ unit: 'binary' })],
  ['any bytes', fc.uint8Array()],
  ['the signs of YAML in any order', fc.string({ unit: sign, maxLength: 40 })],
  ['signs behind a good configuration', fc.string({ unit: sign, maxLength: 40 }).map((text) => complete + text)],
  [
    'any value for a section',
    fc.record({ poll: fc.jsonValue(), workspaces: fc.jsonValue() }).map((value) => stringify(value)),
  ],
  [
    'any value for a workspace',
    fc
      .dictionary(fc.constantFrom('name', 'region', 'filters', 'endpoint', 'credentials', 'project_id'), fc.jsonValue())
      .map((value) => stringify({ workspaces: [value] })),
  ],
])('a file of %s', async (_, content) => {
  const path = writeFile('config.yml', '');
  await fc.assert(
    fc.asyncProperty(content, async (text) => {
      writeFileSync(path, text);
      expectAnAnswer(await loadFile(path));
    }),
    { numRuns: inForm(60, 300) },
  );
});

test('any environment', async () => {
  const name = fc.oneof(
    fc.constantFrom('HUAWEICLOUD_SDK_AK', 'HUAWEICLOUD_SDK_SK', 'SECMASTER_REGION', 'SECMASTER_ENDPOINT', '__proto__'),
    fc.string({ unit: 'binary' }).map((text) => `SECMASTER_${text}`),
  );
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, fc.string({ unit: 'binary' })), async (environment) => {
      expectAnAnswer(await loadEnvironment(environment));
    }),
    { numRuns: inForm(60, 300) },
  );
});
