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
