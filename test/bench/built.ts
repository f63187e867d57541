import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Folder } from './processes.ts';

const root = join(import.meta.dirname, '..', '..');

/** Builds the exporter as its package has it. @returns its main file */
export function buildInto({ path }: Folder): string {
  const dist = join(path, 'dist');
  execFileSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', 'tsconfig.build.json', '--outDir', dist], {
    cwd: root,
  });
  for (const beside of ['package.json', 'node_modules', 'docs']) symlinkSync(join(root, beside), join(path, beside));
  return join(dist, 'main.js');
}
