import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import { temporaryFolder } from '../support/process/processes.ts';

/** What is wrong with a configuration file once it is deployed with these files, which have a content by their path. */
export async function problemsOf(file: string, files: Readonly<Record<string, string>>): Promise<readonly unknown[]> {
  const folder = temporaryFolder();
  let text = readFileSync(file, 'utf8');
  for (const [path, content] of Object.entries(files)) {
    const copy = join(folder, basename(path));
    writeFileSync(copy, content);
    if (!text.includes(path)) throw new Error(`${file} doesn't read ${path}`);
    text = text.replaceAll(path, copy);
  }
  writeFileSync(join(folder, 'config.yml'), text);
  const loaded = await loadConfig({ configFile: join(folder, 'config.yml'), environment: {} });
  return 'problems' in loaded ? loaded.problems : [];
}

/** The files of an access key in this folder. */
export function accessKeyIn(folder: string): Readonly<Record<string, string>> {
  return { [`${folder}/ak`]: 'ak-of-a-test\n', [`${folder}/sk`]: 'sk-of-a-test\n' };
}
