import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import { temporaryFolder } from '../support/process/processes.ts';

/** What is wrong with a configuration file whose keys lie in this folder once it is deployed. */
export async function problemsOf(file: string, keyFolder: string): Promise<readonly unknown[]> {
  const folder = temporaryFolder();
  for (const key of ['ak', 'sk']) writeFileSync(join(folder, key), `${key}-of-a-test\n`);
  const text = readFileSync(file, 'utf8').replaceAll(keyFolder, folder);
  if (!text.includes(folder)) throw new Error(`${file} reads no key of ${keyFolder}`);
  writeFileSync(join(folder, 'config.yml'), text);
  const loaded = await loadConfig({ configFile: join(folder, 'config.yml'), environment: {} });
  return 'problems' in loaded ? loaded.problems : [];
}
