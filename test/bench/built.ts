import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../scripts/bundle/bundle.ts';
import type { Folder } from './processes.ts';

const root = join(import.meta.dirname, '..', '..');

/** Builds the exporter as its package has it. @returns its main file */
export async function buildInto({ path }: Folder): Promise<string> {
  const dist = join(path, 'dist');
  await bundle(dist);
  for (const beside of ['package.json', 'docs']) symlinkSync(join(root, beside), join(path, beside));
  return join(dist, 'main.js');
}
